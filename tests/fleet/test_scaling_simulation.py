"""The simulator against formulas of queueing theory, and the policy in it."""

from dataclasses import replace

import numpy as np
import pytest

from heliograph.fleet.scaling import Policy, Targets
from heliograph.fleet.simulate import Load, Plant, erlang_c, mean_wait_s, simulate

POLICY = Policy(most=20, targets=Targets(age_s=10, pieces_per_worker=2, cpu_pct=None, memory_pct=None))


def test_erlangs_formula_gives_the_values_of_the_books():
    """C(2, 1) = 1/3 and C(1, rho) = rho in any textbook; C(10, 8) = 0.40918 by its direct sum."""
    a, terms = 8.0, [1.0]
    for k in range(1, 10):
        terms.append(terms[-1] * a / k)
    last = terms[-1] * a / 10 * 10 / (10 - a)

    assert erlang_c(1, 0.7) == pytest.approx(0.7)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
    assert erlang_c(10, a) == pytest.approx(last / (sum(terms) + last))
    assert erlang_c(3, 3.0) == 1.0
    assert mean_wait_s(1, rate=0.5, mean_s=1) == pytest.approx(1.0)


@pytest.mark.parametrize(("workers", "busy", "pieces"), [(10, 0.8, 150_000), (50, 0.9, 400_000)])
def test_waiting_agrees_with_erlang_c(workers, busy, pieces):
    rate = workers * busy
    load = Load.of_poisson(rate, 1.0, seconds=pieces / rate, dice=np.random.default_rng(11))

    found = simulate(load, Plant(workers=workers, look_every_s=1e4), seconds=pieces / rate)

    # The first twentieth still fills up.
    waited = found.waited_s[len(found.waited_s) // 20 :]
    assert waited.mean() == pytest.approx(mean_wait_s(workers, rate=rate, mean_s=1.0), rel=0.1)
    assert (waited > 0).mean() == pytest.approx(erlang_c(workers, rate), rel=0.1)


def test_known_closes_have_their_workers_before_they_come():
    load = Load.of_closes(interval_s=300, pieces=100, service_s=np.full(1, 0.5), seconds=1200, what="5m bars")
    plant = Plant(workers=1, start_s=4)

    told = simulate(load, plant, POLICY, seconds=1500)
    untold = simulate(replace(load, closings=()), plant, POLICY, seconds=1500)

    first = told.changes[0]
    assert (first.at_s, first.before, first.after) == (240.0, 1, 5)
    assert first.reason == (
        "Up from 1 to 5: 5m bars close in 60 s: 100 pieces, 50.0 s of work to be done within 10 s, "
        "which asks for 5."
    )
    assert told.age_quantile_s(1.0) <= 10.0
    assert untold.age_quantile_s(1.0) > 13.0


def test_a_step_of_load_is_cleared_and_the_number_turns_once():
    dice = np.random.default_rng(3)
    base, step = (Load.of_poisson(rate, 0.2, seconds=s, dice=dice) for rate, s in ((2, 1500), (18, 120)))
    due = np.concatenate([base.due_s, 300 + step.due_s])
    order = np.argsort(due)
    load = Load(due[order], np.concatenate([base.service_s, step.service_s])[order])

    found = simulate(load, Plant(workers=1, start_s=3), POLICY, seconds=1500)

    assert found.turns == 1
    assert found.cleared_s(after=420, pieces=5) <= 15
    assert found.age_quantile_s(0.99) < 15
    assert found.curve[-1, 2] <= 2


def test_workers_that_start_together_share_the_machine():
    load = Load(np.zeros(3), np.ones(3))

    found = simulate(load, Plant(workers=3), seconds=1)
    assert found.age_s.tolist() == [1.0, 1.0, 1.0]

    late = simulate(
        load,
        Plant(workers=0, start_s=1, start_each_s=2, look_every_s=100),
        replace(POLICY, least=3, up_cooldown_s=0),
        seconds=10,
    )
    assert late.waited_s.tolist() == [3.0, 4.0, 5.0]
    assert late.worker_seconds == 30.0


def test_a_simulation_repeats_itself():
    load = Load.of_poisson(20, 0.3, seconds=300, dice=np.random.default_rng(1))
    one, other = (simulate(load, Plant(workers=1, start_s=2), POLICY, seconds=600) for _ in range(2))

    assert one.changes == other.changes
    np.testing.assert_array_equal(one.age_s, other.age_s)

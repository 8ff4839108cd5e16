"""The simulation that ranks the strategies agrees with queueing theory where there is a formula."""

import math
from collections import Counter

import pytest

from benchmarks.parts.moves import moved_by
from benchmarks.parts.queueing import Load, simulate
from benchmarks.placement import giver


def test_one_server_waits_as_pollaczek_and_khinchine_say():
    """M/G/1: rate * E[S^2] / (2 * (1 - load)); of a lognormal of mean 1 E[S^2] is exp(sigma^2)."""
    load = Load([1.0], arrivals=60_000, busy=0.5, spread=0.5, keys=1)

    waited = simulate(load, lambda _, seen: seen[0].name, weights=[1.0])

    assert waited.mean == pytest.approx(0.5 * math.exp(0.25) / (2 * 0.5), rel=0.05)


def test_a_shard_is_warm_where_it_stays():
    load = Load([1.0] * 4, arrivals=2_000, keys=50, busy=0.5)
    given = Counter()

    def one_place(key, seen):
        given[key] += 1
        return seen[int(key.removeprefix("shard:")) % 4].name

    # All but the first piece of each.
    assert simulate(load, one_place, weights=[1.0] * 4).warm == 1 - len(given) / 2_000
    assert simulate(load, giver("random", keys=50, seed=1), weights=[1.0] * 4).warm < 0.35


def test_cold_state_costs_time():
    load = Load([1.0] * 4, arrivals=5_000, keys=50, busy=0.3)
    cold = Load([1.0] * 4, arrivals=5_000, keys=50, busy=0.3, cold=1.5)
    mean = {}
    for name, one in (("free", load), ("dear", cold)):
        mean[name] = simulate(one, giver("round_robin", keys=50, seed=1), weights=[1.0] * 4).mean
    assert mean["dear"] > 2 * mean["free"]


def test_hashing_moves_an_eighth_and_modulo_nearly_all():
    moved = moved_by()
    assert moved["rendezvous"].lost_pct == pytest.approx(12.5, abs=0.6)
    assert moved["modulo"].lost_pct == pytest.approx(87.5, abs=1)
    assert moved["rendezvous"].imbalance <= 1.11

"""Capacity planning: the arithmetic by hand, and that its worker numbers are enough."""

from dataclasses import replace

import pytest

from heliograph.fleet.simulate.capacity import Asked, TooMuch, plan_capacity
from heliograph.fleet.simulate.costs import Costs, line_through

COSTS = Costs(
    step_s=0.1,
    instrument_s=0.0001,
    start_s=3.0,
    process_bytes=100e6,
    state_bytes=500.0,
    signals_per_bar=0.01,
    published_per_bar=0.005,
    bytes_per_row={"candles": 126.0, "evaluations": 300.0, "signals": 400.0, "outcomes": 200.0},
    sources=("Made up.",),
)
ASKED = Asked(4_500, 10, interval_s=60.0, timeframe="1m", within_s=3.0, shard_size=2_000)


def test_workers_memory_rows_and_margin_follow_from_the_costs():
    """30 shards a close, 20 of 0.3 s and 10 of 0.15 s: 7.5 s of work within 3 s."""
    planned = plan_capacity(ASKED, COSTS)

    assert ASKED.shards == [2_000, 2_000, 500] * 10
    assert planned.workers == 3
    assert planned.margin == pytest.approx(3.0 / planned.age_p99_s)
    assert planned.age_p99_s <= 3.0
    assert planned.busy_pct == pytest.approx(100 * 7.5 / 180)
    assert planned.memory_bytes == 3 * 100_000_000 + 4_500 * 10 * 500
    assert planned.rows_per_day == {
        "candles": 4_500 * 1_440,
        "evaluations": 30 * 1_440,
        "signals": 648_000,
        "outcomes": 324_000,
    }
    assert planned.bytes_per_day["candles"] == 4_500 * 1_440 * 126
    assert planned.assumptions[-1] == "Made up."


def test_one_worker_less_would_be_too_late():
    """The plan for a time is the least that keeps it."""
    planned = plan_capacity(ASKED, COSTS)
    slower = plan_capacity(replace(ASKED, within_s=7.5 / (planned.workers - 1) + 0.3), COSTS)

    assert slower.workers == planned.workers - 1


def test_headroom_asks_for_more_workers():
    planned = plan_capacity(replace(ASKED, headroom_pct=100.0), COSTS)

    assert planned.workers > 3
    assert planned.margin >= 2.0


def test_the_policy_has_its_workers_before_each_close_and_rarely_changes_its_mind():
    planned = plan_capacity(ASKED, COSTS)

    assert planned.scaled.age_quantile_s(0.99) <= ASKED.within_s
    assert planned.scaled.turns <= 1
    assert planned.scaled.curve[-1, 2] == planned.workers


def test_a_shard_that_takes_longer_than_all_may_is_one_sentence():
    with pytest.raises(TooMuch) as refused:
        plan_capacity(replace(ASKED, within_s=0.2), COSTS)

    assert str(refused.value) == (
        "One shard of 2,000 instruments takes 0.30 s, longer than the 0.2 s that all may take; "
        "allow more with --within."
    )


def test_what_a_step_costs_is_told_apart_from_its_instruments():
    assert line_through([100, 1_100], [0.2, 1.2]) == pytest.approx((0.1, 0.001))
    assert line_through([100, 100], [0.2, 0.4]) == pytest.approx((0.0, 0.003))
    assert line_through([100, 200], [0.4, 0.2]) == pytest.approx((0.3, 0.0))
    assert line_through([100, 200], [0.1, 0.3]) == pytest.approx((0.0, 0.0014))

"""Intervals by drawing again."""

import math

import numpy as np
import pytest

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.bootstrap import (
    block_length,
    bootstrap_mean,
    bootstrap_mean_by_day,
    bootstrap_sharpe,
    resampled,
)
from heliograph.engine.performance.estimates import Estimate, mean_of
from heliograph.engine.performance.ratios import sharpe


def dice(seed=7):
    return np.random.default_rng(seed)


def test_the_length_of_blocks_is_that_of_arch(goog, btc):
    # arch 8.0.0, arch.bootstrap.optimal_block_length, stationary; it allows less than one value.
    assert block_length(btc.returns) == pytest.approx(2.773989, abs=1e-6)
    assert block_length(btc.returns**2) == pytest.approx(1.775693, abs=1e-6)
    assert block_length(goog.returns**2) == pytest.approx(7.468464, abs=1e-6)
    assert block_length(goog.returns) == 1.0


@pytest.mark.parametrize("few", [[], [1.0], [1.0, 2.0, 3.0, 4.0], [0.1] * 50])
def test_what_tells_nothing_of_its_past_is_drawn_one_by_one(few):
    assert block_length(few) == 1.0


def test_intervals_of_the_mean_and_sharpe_ratio_are_those_of_arch(goog):
    # arch 8.0.0, StationaryBootstrap(5, x, seed=1).conf_int(..., 2000, method="percentile"), up to chance.
    mean = bootstrap_mean(goog.returns, rng=dice(), block=5)
    ratio = bootstrap_sharpe(goog.returns, rng=dice(), per_year=252, block=5)

    assert (mean.low, mean.high) == pytest.approx((0.000306, 0.002082), abs=1.2e-4)
    assert (ratio.low, ratio.high) == pytest.approx((0.234, 1.515), abs=0.09)
    assert (mean.n, mean.value) == (2147, pytest.approx(goog.returns.mean()))
    assert ratio.value == pytest.approx(goog.of("quantstats.sharpe"))


def test_of_independent_values_the_interval_is_nearly_students():
    row = dice(2).normal(0.3, 1.0, 400)

    drawn, plain = bootstrap_mean(row, rng=dice(), block=1), mean_of(row)

    assert (drawn.low, drawn.high) == pytest.approx((plain.low, plain.high), abs=0.015)


def test_values_that_depend_on_those_before_have_a_wider_interval():
    steps = dice(3).normal(0.0, 1.0, 2_000)
    row = np.convolve(steps, np.ones(10) / 10)[:2_000]

    blocks, alone = bootstrap_mean(row, rng=dice()), bootstrap_mean(row, rng=dice(), block=1)

    assert block_length(row) > 5
    assert blocks.high - blocks.low > 2 * (alone.high - alone.low)


def test_signals_of_one_day_count_as_one_event():
    # Each day a hundred signals with the same result.
    days = dice(4).normal(0.2, 1.0, 250)

    by_day = bootstrap_mean_by_day(days * 100, np.full(250, 100), rng=dice(), block=1)
    one_a_day = bootstrap_mean(days, rng=dice(), block=1)

    assert (by_day.n, by_day.value) == (25_000, pytest.approx(days.mean()))
    assert (by_day.low, by_day.high) == pytest.approx((one_a_day.low, one_a_day.high))


def test_days_without_signals_do_not_move_the_mean_by_day():
    found = bootstrap_mean_by_day(
        [3.0, 0.0, -1.0, 0.0, 2.0, 1.0, 1.0], [2, 0, 1, 0, 1, 1, 1], rng=dice(), block=1
    )

    assert (found.n, found.value) == (6, 1.0)
    assert found.low < 1.0 < found.high


def test_the_same_dice_give_the_same_interval(btc):
    assert bootstrap_sharpe(btc.returns, rng=dice()) == bootstrap_sharpe(btc.returns, rng=dice())
    assert bootstrap_mean(btc.returns, rng=dice(1)) != bootstrap_mean(btc.returns, rng=dice(2))


def test_of_too_little_no_interval_is_known():
    nothing = Estimate(0, None, None, None)

    assert bootstrap_mean([], rng=dice()) == bootstrap_sharpe([math.nan], rng=dice()) == nothing
    assert bootstrap_mean_by_day([], [], rng=dice()) == nothing
    assert bootstrap_mean_by_day([0.0] * 9, [0] * 9, rng=dice()) == nothing
    assert bootstrap_mean([1.0, math.inf, 3.0], rng=dice()) == Estimate(2, 2.0, None, None)
    assert bootstrap_mean_by_day([4.0, 2.0], [2, 1], rng=dice()) == Estimate(3, 2.0, None, None)
    assert bootstrap_sharpe([0.1] * 20, rng=dice()) == Estimate(20, None, None, None)
    assert bootstrap_sharpe([1.0, 2.0], rng=dice()) == Estimate(2, sharpe([1.0, 2.0]), None, None)


def test_a_sample_has_as_many_values_as_the_series():
    row = dice(5).normal(size=(1, 37))

    sums = resampled(np.vstack([row, np.ones(37)]), rng=dice(), block=4, rounds=200)

    assert sums[1] == pytest.approx(np.full(200, 37.0))
    assert sums[0].std() > 0


def test_stretches_shorter_than_a_value_are_refused():
    with pytest.raises(BadResults, match="stretches of one value or more"):
        bootstrap_mean([1.0, 2.0, 3.0, 4.0, 5.0], rng=dice(), block=0)

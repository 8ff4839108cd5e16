"""Measures signal by signal."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.distribution import R_EDGES, Distribution, describe, histogram
from heliograph.engine.performance.estimates import Estimate
from heliograph.engine.performance.results import (
    Streaks,
    excursions,
    expectancy,
    hit_rate,
    payoff_ratio,
    profit_factor,
    result_figures,
    streaks,
)

# Wins 2, 2, 0.5 and 1; losses four times -1; a zero; two that are not known.
R = [2.0, -1.0, 0.5, math.nan, 2.0, -1.0, -1.0, 0.0, -1.0, math.inf, 1.0]
results = arrays.arrays(
    np.float64, st.integers(1, 60), elements=st.floats(-50, 50).map(lambda x: round(x, 3))
)


def test_figures_of_results_are_those_of_hand():
    found = result_figures(R)

    assert (found.hit_rate.n, found.hit_rate.value) == (9, pytest.approx(4 / 9))
    assert found.expectancy.value == pytest.approx(1.5 / 9)
    assert found.total == 1.5
    assert found.profit_factor == pytest.approx(5.5 / 4)
    assert found.payoff_ratio == pytest.approx((5.5 / 4) / 1.0)
    assert found.streaks == Streaks(wins=2, losses=2, current=1)
    assert (found.distribution.n, found.distribution.unknown) == (9, 2)


def test_returns_have_the_profit_factor_and_payoff_ratio_of_quantstats(priced):
    assert profit_factor(priced.returns) == pytest.approx(priced.of("quantstats.profit_factor"), rel=1e-12)
    assert payoff_ratio(priced.returns) == pytest.approx(priced.of("quantstats.payoff_ratio"), rel=1e-12)


def test_the_streaks_of_returns_are_those_of_quantstats(priced):
    found = streaks(priced.returns)

    theirs = priced.of("quantstats.consecutive_wins"), priced.of("quantstats.consecutive_losses")
    assert (found.wins, found.losses) == theirs


def test_quantstats_leaves_days_without_a_return_out_of_its_hit_rate(priced):
    moved = priced.returns[priced.returns != 0]

    assert hit_rate(moved).value == pytest.approx(priced.of("quantstats.win_rate"), rel=1e-12)
    assert hit_rate(priced.returns).n == len(priced.returns)


def test_of_nothing_nothing_is_known():
    found = result_figures([])

    assert found.hit_rate == found.expectancy == Estimate(0, None, None, None)
    assert (found.total, found.profit_factor, found.payoff_ratio) == (None, None, None)
    assert found.streaks == Streaks(None, None, None)
    assert found.distribution == Distribution(0, 0, *[None] * 9)
    assert result_figures([math.nan] * 3).distribution == Distribution(0, 3, *[None] * 9)


def test_without_a_loss_there_is_no_profit_factor():
    assert (profit_factor([1.0, 2.0]), payoff_ratio([1.0, 2.0])) == (None, None)
    assert (profit_factor([-1.0, -2.0]), payoff_ratio([-1.0, -2.0])) == (0.0, None)
    assert (profit_factor([0.0]), payoff_ratio([0.0])) == (None, None)


def test_a_streak_of_losses_that_lasts_is_negative_and_a_zero_ends_it():
    assert streaks([1, 1, 1, -1, -1]) == Streaks(3, 2, -2)
    assert streaks([-1, -1, 0]) == Streaks(0, 2, 0)
    assert streaks([-1, math.nan, -1]) == Streaks(0, 2, -2)


def test_a_distribution_has_linear_quantiles():
    found = describe([4.0, 1.0, 2.0, 3.0, math.nan])

    # Places 0.15, 0.75, 1.5, 2.25 and 2.85 among 1, 2, 3, 4.
    marks = (found.lowest, found.q05, found.q25, found.median, found.q75, found.q95, found.highest)
    assert marks == pytest.approx((1, 1.15, 1.75, 2.5, 3.25, 3.85, 4))
    assert (found.n, found.unknown, found.mean) == (4, 1, 2.5)
    assert found.deviation == pytest.approx(math.sqrt(5 / 3))


def test_one_value_has_no_deviation():
    assert describe([0.7]) == Distribution(1, 0, 0.7, None, *[0.7] * 7)


def test_a_bin_holds_its_lower_edge():
    found = histogram([-4.0, -1.0, -0.75, 0.0, 0.4999, 0.5, 5.0, 7.0, math.nan, -math.inf])

    full = {edge: count for edge, count in zip(found.edges, found.counts, strict=False) if count}
    assert full == {-1.0: 2, 0.0: 2, 0.5: 1}
    assert (found.below, found.above, found.unknown) == (1, 2, 2)
    assert len(found.counts) == len(R_EDGES) - 1 == 16


@pytest.mark.parametrize("edges", [[1.0], [1.0, 1.0], [2.0, 1.0]])
def test_edges_must_rise(edges):
    with pytest.raises(BadResults, match="two edges or more, rising"):
        histogram([1.0], edges)


def test_excursions_are_told_apart_by_how_signals_ended():
    found = excursions([1.5, 0.4, math.nan, 2.0], [-0.2, -1.0, -0.6, -0.9], [1.0, -1.0, -0.5, 2.0])

    assert (found.best.n, found.best.unknown, found.best.mean) == (3, 1, pytest.approx(1.3))
    assert (found.worst.n, found.worst.lowest, found.worst.highest) == (4, -1.0, -0.2)
    assert (found.best_of_losses.n, found.best_of_losses.mean) == (1, 0.4)
    assert (found.worst_of_wins.n, found.worst_of_wins.mean) == (2, pytest.approx(-0.55))


def test_rows_of_different_lengths_do_not_fit():
    with pytest.raises(BadResults, match="rows of one length"):
        excursions([1.0], [1.0, 2.0], [1.0, 2.0])
    with pytest.raises(BadResults, match="one row of numbers"):
        expectancy(np.zeros((2, 2)))


@given(results, st.randoms())
def test_no_measure_but_streaks_depends_on_the_order(values, dice):
    mixed = values.copy()
    dice.shuffle(mixed)

    assert hit_rate(mixed) == hit_rate(values)
    assert profit_factor(mixed) == pytest.approx(profit_factor(values))
    assert payoff_ratio(mixed) == pytest.approx(payoff_ratio(values))
    assert describe(mixed).median == describe(values).median


@given(results, st.floats(0.01, 100))
def test_ratios_do_not_depend_on_the_unit_and_means_go_with_it(values, factor):
    assert profit_factor(values * factor) == pytest.approx(profit_factor(values))
    assert payoff_ratio(values * factor) == pytest.approx(payoff_ratio(values))
    assert hit_rate(values * factor) == hit_rate(values)
    assert streaks(values * factor) == streaks(values)
    assert expectancy(values * factor).value == pytest.approx(expectancy(values).value * factor, abs=1e-9)


@given(results)
def test_every_value_is_counted_once_in_a_histogram(values):
    found = histogram(values)

    assert int(found.counts.sum()) + found.below + found.above + found.unknown == len(values)

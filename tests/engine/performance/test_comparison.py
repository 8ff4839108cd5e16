"""Live results beside those of a backtest."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.comparison import (
    Difference,
    chance_of_mean,
    fisher,
    mean_difference,
    share_difference,
)
from heliograph.engine.performance.estimates import Estimate

# The first example of Wikipedia's page on Welch's t-test: t is -2.46 with 25.0 degrees of freedom, and the
# chance is 0.021.
ONE = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4]
OTHER = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4]
counts = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (min(pair), max(pair)))


def test_the_difference_of_means_has_welchs_interval_and_chance():
    found = mean_difference(OTHER, ONE)

    spread = (found.high - found.low) / 2
    assert (found.n, found.n_expected, found.test) == (15, 15, "welch")
    assert found.value == pytest.approx(np.mean(OTHER) - np.mean(ONE))
    # 2.064 is the quantile of Student's t for 24 degrees: 24.99 are rounded down.
    assert spread == pytest.approx(2.064 * found.value / 2.46, rel=3e-3)
    assert found.chance == pytest.approx(0.021, abs=5e-4)


def test_its_chance_is_that_of_scipy():
    # scipy 1.17.1: stats.ttest_ind(live, expected, equal_var=False).
    live = [2.1, -1, -1, 0.5, 3, -1, 1.2, 0]
    expected = [1.5, -1, 2, 2, 0.8, -0.4, 2, -1, 1.7, 0.9]

    assert mean_difference(live, expected).chance == pytest.approx(0.5817704996472934)


def test_of_few_numbers_no_interval_is_known():
    assert mean_difference([1.0], []) == Difference(None, None, None, None, "welch", 1, 0)
    assert mean_difference([3.0, 4.0], [1.0, math.nan]) == Difference(2.5, None, None, None, "welch", 2, 1)
    assert mean_difference([3.0, 4.0], [1.0]).estimate == Estimate(1, 2.5, None, None)


def test_where_nothing_varies_a_difference_is_certain():
    assert mean_difference([1.0, 1.0], [0.5] * 3) == Difference(0.5, 0.5, 0.5, 0.0, "welch", 2, 3)
    assert mean_difference([0.1] * 3, [0.1] * 7).chance == 1.0


@given(
    st.lists(st.integers(-30, 30), min_size=2, max_size=20),
    st.lists(st.integers(-30, 30), min_size=2, max_size=20),
)
def test_a_difference_turned_round_has_the_other_sign_and_the_same_chance(one, other):
    forth, back = mean_difference(one, other), mean_difference(other, one)

    assert (forth.value, forth.low, forth.high) == pytest.approx((-back.value, -back.high, -back.low))
    assert forth.chance == pytest.approx(back.chance)
    assert 0 <= forth.chance <= 1 + 1e-12


@pytest.mark.parametrize(
    ("hits", "n", "other_hits", "other_n", "chance"),
    [
        # scipy 1.17.1: stats.fisher_exact.
        (1, 9, 11, 14, 0.0027594561852200836),
        (8, 10, 1, 6, 0.034965034965034975),
        (30, 60, 5500, 9000, 0.08484486192820312),
        (0, 5, 3, 7, 0.20454545454545459),
    ],
)
def test_the_chance_of_two_shares_is_fishers(hits, n, other_hits, other_n, chance):
    assert fisher(hits, n, other_hits, other_n) == pytest.approx(chance)
    assert fisher(other_hits, other_n, hits, n) == pytest.approx(chance)


def test_the_difference_of_shares_has_newcombes_interval():
    # Newcombe 1998, second paper, table II, method 10: 56/70 and 48/80.
    found = share_difference(hits=56, n=70, expected_hits=48, expected_n=80)

    assert (found.value, found.test) == (pytest.approx(0.2), "fisher")
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_without_a_case_shares_are_not_compared():
    found = share_difference(hits=0, n=0, expected_hits=5, expected_n=10)

    assert found == Difference(None, None, None, None, "fisher", 0, 10)


@pytest.mark.parametrize("table", [(3, 2, 1, 2), (-1, 2, 1, 2), (1, 2, 3, 2)])
def test_more_hits_than_cases_are_refused(table):
    with pytest.raises(BadResults, match="more hits than cases"):
        fisher(*table)


@given(counts, counts)
def test_a_chance_is_a_probability_and_equal_shares_are_no_surprise(one, other):
    assert 0 < fisher(*one, *other) <= 1
    assert fisher(*one, *one) == pytest.approx(1.0)


def test_few_live_results_are_compared_with_as_many_of_the_backtest():
    # Two of six values: means -1, 0.5 and 2 with the chances 4/9, 4/9 and 1/9; the middle is 0.
    expected = [-1.0, -1.0, -1.0, -1.0, 2.0, 2.0]

    found = chance_of_mean([2.0, 2.0], expected, rng=np.random.default_rng(1), rounds=40_000)
    usual = chance_of_mean([-1.0, 2.0], expected, rng=np.random.default_rng(1), rounds=40_000)

    assert found == pytest.approx(1 / 9, abs=0.006)
    assert usual == 1.0


def test_the_same_dice_give_the_same_chance_and_it_is_never_zero():
    first, again = (
        chance_of_mean([9.0], [0.0, 1.0], rng=np.random.default_rng(5), rounds=99) for _ in range(2)
    )

    assert first == again == 0.01


def test_without_results_there_is_no_chance():
    dice = np.random.default_rng(0)

    assert chance_of_mean([], [1.0], rng=dice) is None
    assert chance_of_mean([1.0], [math.nan], rng=dice) is None

"""Shares, means and the distributions that their intervals come from."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.engine.performance.estimates import Estimate, mean, mean_of, share, spread
from heliograph.engine.performance.student import both_tails, student

# scipy 1.17.1, stats.t.ppf(0.975, v).
QUANTILES = {
    1: 12.706204736174694,
    1.5: 6.016663104427929,
    2: 4.302652729749462,
    3: 3.1824463052837078,
    7.3: 2.345066736547703,
    10: 2.228138851986274,
    30: 2.0422724563012378,
    500: 1.9647198374673676,
    1001: 1.9623367052808798,
    5000: 1.9604385517065073,
}
# scipy 1.17.1, 2 * stats.t.sf(t, v), by (t, v).
TAILS = {
    (0.5, 1): 0.7048327646991335,
    (2.0, 3.7): 0.12181720190523398,
    (1.3, 12): 0.21801717108351412,
    (2.5, 250): 0.013060882825066131,
    (4.0, 9_999): 6.379871456258758e-05,
    (3.0, 20_000): 0.002703121038120492,
    (0.01, 5): 0.9924080180425819,
    (30.0, 4): 7.352856097661319e-06,
}


@pytest.mark.parametrize("freedom", QUANTILES)
def test_students_quantile_is_that_of_scipy(freedom):
    assert student(freedom) == pytest.approx(QUANTILES[freedom], rel=1e-9)


@pytest.mark.parametrize(("t", "freedom"), TAILS)
def test_students_tails_are_those_of_scipy(t, freedom):
    assert both_tails(t, freedom) == pytest.approx(TAILS[t, freedom], rel=1e-8)
    assert both_tails(-t, freedom) == both_tails(t, freedom)


def test_nothing_is_further_away_than_zero():
    assert both_tails(0.0, 5) == 1.0


def test_with_very_many_degrees_a_quantile_is_that_of_the_normal_distribution():
    assert student(1e9) == pytest.approx(1.959963984540054, rel=1e-8)


def test_a_share_has_wilsons_interval():
    # Newcombe 1998, table I: 81 of 263, by Wilson's score method.
    found = share(81, 263)

    assert (found.n, round(found.low, 4), round(found.high, 4)) == (263, 0.2553, 0.3662)


def test_an_interval_at_the_edge_stays_between_nothing_and_all():
    # Newcombe 1998, table I: 0 of 20, and 29 of 29 as the mirror of 0 of 29.
    assert (share(0, 20).low, round(share(0, 20).high, 4)) == (0.0, 0.1611)
    assert (round(share(29, 29).low, 4), share(29, 29).high) == (0.8830, 1.0)


def test_without_cases_nothing_is_known():
    assert share(0, 0) == mean(None, None, 0) == mean_of([]) == Estimate(0, None, None, None)
    assert mean_of([math.nan, math.inf]) == Estimate(0, None, None, None)


def test_one_case_has_a_mean_but_no_interval():
    assert mean(0.4, None, 1) == mean_of([0.4]) == Estimate(1, 0.4, None, None)


def test_a_mean_has_students_interval():
    # Mean 2, deviation 1, n 3: 2 -+ 4.302653 / sqrt(3).
    found = mean_of([1.0, 2.0, math.nan, 3.0])

    assert (found.n, found.value) == (3, 2.0)
    assert (found.low, found.high) == (
        pytest.approx(-0.4841377, abs=1e-6),
        pytest.approx(4.4841377, abs=1e-6),
    )


def test_values_that_are_all_the_same_have_an_interval_of_no_width():
    assert mean_of([0.1] * 7) == Estimate(7, pytest.approx(0.1), pytest.approx(0.1), pytest.approx(0.1))
    assert mean_of([0.1] * 7).low == mean_of([0.1] * 7).high


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=50))
def test_a_deviation_from_sums_is_that_from_the_values(values):
    found = spread(len(values), sum(values), sum(value * value for value in values))

    assert found == pytest.approx(float(np.std(values, ddof=1)), abs=1e-5)


def test_one_value_has_no_deviation():
    assert spread(1, 3.0, 9.0) is None

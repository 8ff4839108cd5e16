"""Ratios of risk and return: by hand, and where they are not known."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from heliograph.engine.performance.growth import COMPOUNDED, SUMMED
from heliograph.engine.performance.moments import excess_kurtosis, skewness
from heliograph.engine.performance.ratios import (
    calmar,
    omega,
    sharpe,
    sortino,
    tail_ratio,
    total_return,
    volatility,
    yearly_return,
)
from heliograph.engine.performance.risk import cornish_fisher_risk, gaussian_risk, historical_risk
from heliograph.engine.performance.series import SeriesFigures, series_figures
from heliograph.engine.timeframe import DAY

RESULTS = [2.0, -1.0, 0.0, 3.0, -2.0]
MEASURES = (sharpe, sortino, volatility, omega, tail_ratio, skewness, excess_kurtosis)
values = arrays.arrays(np.float64, st.integers(2, 40), elements=st.integers(-300, 300).map(lambda x: x / 100))


def test_sums_have_their_ratios_by_hand():
    # Mean 0.4, squares about it 4 (0.5 less 0.1 ...): 2.56 + 1.96 + 0.16 + 6.76 + 5.76 = 17.2, over 4 is 4.3.
    assert total_return(RESULTS, SUMMED) == 2.0
    assert yearly_return(RESULTS, SUMMED) == pytest.approx(0.4 * 365)
    assert volatility(RESULTS) == pytest.approx((4.3 * 365) ** 0.5)
    assert sharpe(RESULTS) == pytest.approx(0.4 / 4.3**0.5 * 365**0.5)
    # Squares of losses 1 + 4 over 5 days.
    assert sortino(RESULTS) == pytest.approx(0.4 * 365**0.5)
    # Sums 2, 1, 1, 4, 2: the deepest fall is 2.
    assert calmar(RESULTS, SUMMED) == pytest.approx(0.4 * 365 / 2)
    assert omega(RESULTS) == pytest.approx(5 / 3)
    # Above 1: 1 and 2; below: 2, 1 and 3.
    assert omega(RESULTS, threshold=1.0) == pytest.approx(3 / 6)
    # Sorted -2, -1, 0, 2, 3: places 0.2 and 3.8.
    assert tail_ratio(RESULTS) == pytest.approx(2.8 / 1.8)


def test_compounded_returns_have_a_yearly_rate():
    # Doubled in half a year of 4 periods.
    assert total_return([1.0, 0.0], COMPOUNDED) == 1.0
    assert yearly_return([1.0, 0.0], COMPOUNDED, per_year=4) == pytest.approx(3.0)
    assert calmar([1.0, -0.5, 0.5, 0.5], COMPOUNDED, per_year=4) == pytest.approx(1.25 / 0.5)


def test_small_series_of_others(papers):
    by_kind = {case["kind"]: case for case in papers["small_series"]}
    one, other = by_kind["sharpe_per_period"], by_kind["omega"]

    assert sharpe(np.array(one["data"]) - one["bench"], per_year=1) == pytest.approx(
        one["expected"], abs=1e-6
    )
    assert omega(other["data"], threshold=other["mar"]) == pytest.approx(other["expected"], abs=1e-8)


@pytest.mark.parametrize("growth", [SUMMED, COMPOUNDED], ids=["summed", "compounded"])
@pytest.mark.parametrize("nothing", [[], [np.nan], [np.inf, -np.inf]], ids=["empty", "unknown", "infinite"])
def test_of_nothing_nothing_is_known(growth, nothing):
    days = DAY * np.arange(len(nothing), dtype=np.int64)
    found = series_figures(days, nothing, growth)

    told = {name: getattr(found, name) for name in SeriesFigures.__slots__}
    risks = {told.pop(name) for name in ("historical", "gaussian", "cornish_fisher")}
    assert (told.pop("periods"), told.pop("deepest")) == (0, ())
    assert {(risk.value_at_risk, risk.expected_shortfall) for risk in risks} == {(None, None)}
    assert set(told.values()) == {None}


def test_one_day_has_a_return_and_no_spread():
    found = series_figures(DAY * np.arange(1, dtype=np.int64), [2.0], SUMMED)

    assert (found.periods, found.total, found.max_drawdown) == (1, 2.0, 0.0)
    assert (found.volatility, found.sharpe, found.sortino, found.calmar, found.omega) == (None,) * 5
    assert (found.historical.value_at_risk, found.historical.expected_shortfall) == (-2.0, -2.0)
    assert found.gaussian.value_at_risk is None


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.0, -0.7])
def test_days_that_are_all_the_same_have_no_sharpe_ratio(value):
    same = [value] * 9

    assert (volatility(same), sharpe(same), skewness(same), excess_kurtosis(same)) == (0.0, None, None, None)
    assert cornish_fisher_risk(same).value_at_risk is None
    assert gaussian_risk(same).value_at_risk == pytest.approx(-value)


def test_too_few_days_have_no_moments():
    assert (skewness([1.0, 2.0]), excess_kurtosis([1.0, 2.0, 4.0])) == (None, None)


def test_moments_are_those_of_scipy():
    # scipy 1.17.1: stats.skew(z, bias=False), stats.kurtosis(z, bias=False).
    z = [0.3, -1.2, 0.8, 2.5, -0.4, 0.1, -3.0, 1.1]

    assert skewness(z) == pytest.approx(-0.550078369097678)
    assert excess_kurtosis(z) == pytest.approx(1.056353689692223)


def test_what_is_lost_whole_grows_by_nothing_more():
    assert yearly_return([0.5, -1.0, 0.5], COMPOUNDED) == -1.0
    assert yearly_return([0.5, -1.5], COMPOUNDED) is None
    assert yearly_return([999.0], COMPOUNDED) is None


def test_unknown_days_are_left_out():
    known = [2.0, -1.0, 3.0]
    for measure in MEASURES:
        assert measure([2.0, np.nan, -1.0, np.inf, 3.0]) == measure(known)


@given(values, st.floats(0.01, 100))
def test_ratios_do_not_depend_on_the_unit(row, factor):
    assume(np.ptp(row) > 0)
    for measure in (sharpe, sortino, omega, tail_ratio, skewness, excess_kurtosis):
        assert measure(row * factor) == near(measure(row))
    assert calmar(row * factor, SUMMED) == near(calmar(row, SUMMED))
    assert volatility(row * factor) == pytest.approx(volatility(row) * factor)


@given(values, st.randoms())
def test_only_the_curve_depends_on_the_order(row, dice):
    mixed = row.copy()
    dice.shuffle(mixed)
    for measure in MEASURES:
        assert measure(mixed) == near(measure(row))
    assert historical_risk(mixed).expected_shortfall == pytest.approx(historical_risk(row).expected_shortfall)


@given(values)
def test_a_series_turned_round_has_the_sharpe_ratio_and_skewness_with_the_other_sign(row):
    for measure in (sharpe, skewness):
        found = measure(row)
        assert measure(-row) == near(None if found is None else -found)


def near(value):
    """None, or nearly that number."""
    return None if value is None else pytest.approx(value, rel=1e-6, abs=1e-9)

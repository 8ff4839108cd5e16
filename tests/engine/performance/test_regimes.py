"""Regimes of the market, known from the past alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.regimes import (
    Regime,
    RegimeRules,
    efficiency_ratio,
    rank_in_memory,
    regimes,
    volatility_of,
)
from tests.engine.series import random_bars

SHORT = RegimeRules(span=3, memory=5)


def test_efficiency_is_the_way_made_over_the_way_gone():
    # 1 up, 2 down, 4 up: 3 of 7; then 2 down, 4 up, 1 up: 3 of 7 ... by hand.
    found = efficiency_ratio(np.array([10.0, 11.0, 9.0, 13.0, 14.0, 15.0]), 3)

    np.testing.assert_allclose(found, [np.nan] * 3 + [3 / 7, 3 / 7, 6 / 6])


def test_a_price_that_does_not_move_does_not_trend():
    assert efficiency_ratio(np.full(5, 10.0), 3)[3:].tolist() == [0.0, 0.0]


def test_volatility_is_the_deviation_of_log_returns():
    close = np.exp(np.array([0.0, 0.1, 0.0, 0.3, 0.3]))

    found = volatility_of(close, 3)

    np.testing.assert_allclose(
        found[3:], [np.std([0.1, -0.1, 0.3], ddof=1), np.std([-0.1, 0.3, 0.0], ddof=1)]
    )
    assert np.isnan(found[:3]).all()


def test_a_rank_is_the_share_of_lower_ones_that_are_remembered():
    found = rank_in_memory(np.array([1.0, 3.0, 2.0, 5.0, 5.0, np.nan, 1.0]), 3)

    np.testing.assert_allclose(found, [np.nan, np.nan, 1 / 3, 2 / 3, 1 / 3, np.nan, np.nan])


def test_a_steady_rise_trends_and_a_saw_ranges():
    rise = 100 * 1.01 ** np.arange(30)
    saw = 100 + np.arange(30) % 2.0
    even = RegimeRules(span=4, memory=5)

    found = regimes(np.stack([rise, saw]), even)

    assert set(found.efficiency[0, even.warmup :].round(12)) == {1.0}
    assert {Regime(code).is_trend for code in found.codes[0, even.warmup :]} == {True}
    assert {Regime(code).is_trend for code in found.codes[1, even.warmup :]} == {False}
    assert set(found.codes[:, : even.warmup].flat) == {Regime.UNKNOWN}


def test_a_bar_is_volatile_beside_the_instruments_own_past():
    quiet = 100 + 0.01 * (np.arange(40) % 2.0)
    quiet[30:] = 100 + 10 * (np.arange(10) % 2.0)

    found = regimes(quiet[None, :], RegimeRules(span=3, memory=20))

    assert not Regime(found.codes[0, 29]).is_volatile
    assert Regime(found.codes[0, 31]).is_volatile


@pytest.mark.parametrize("rules", [SHORT, RegimeRules()], ids=["short", "default"])
def test_later_bars_change_nothing(rules):
    close = random_bars(21, instruments=4).close
    whole = regimes(close, rules)

    for count in (1, rules.span, rules.warmup, rules.warmup + 1, 400, 699):
        part = regimes(np.ascontiguousarray(close[:, :count]), rules)
        np.testing.assert_array_equal(part.codes, whole.codes[:, :count])
        np.testing.assert_array_equal(part.efficiency, whole.efficiency[:, :count])
        np.testing.assert_array_equal(part.volatility_rank, whole.volatility_rank[:, :count])


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.integers(1, 79))
def test_another_future_changes_nothing(seed, count):
    rng = np.random.default_rng(seed)
    one, other = (100 * np.exp(rng.normal(0, 0.02, (2, 80)).cumsum(axis=1)) for _ in range(2))
    other[:, :count] = one[:, :count]
    other[:, count:] = np.where(rng.random((2, 80 - count)) < 0.2, np.nan, other[:, count:])

    np.testing.assert_array_equal(
        regimes(one, SHORT).codes[:, :count], regimes(other, SHORT).codes[:, :count]
    )


def test_where_a_series_begins_changes_nothing_once_the_windows_are_full():
    close = random_bars(22, instruments=2, missing=0.0).close[1:]

    late = regimes(np.ascontiguousarray(close[:, 100:]), SHORT)

    np.testing.assert_array_equal(
        late.codes[:, SHORT.warmup :], regimes(close, SHORT).codes[:, 100 + SHORT.warmup :]
    )


def test_missing_bars_are_unknown_and_move_nothing():
    close = random_bars(23, instruments=1, missing=0.0).close[:, 60:]
    gapped = np.insert(close, [50, 50, 200], np.nan, axis=1)

    found = regimes(gapped, SHORT).codes

    missing = np.isnan(gapped[0])
    assert set(found[0, missing]) == {Regime.UNKNOWN}
    np.testing.assert_array_equal(found[0, ~missing], regimes(close, SHORT).codes[0])


def test_neither_the_unit_of_money_nor_the_neighbours_matter():
    close = random_bars(24, instruments=3).close
    found = regimes(close, SHORT)

    scaled = regimes(close * 1024, SHORT)
    alone = regimes(close[1:2], SHORT)

    np.testing.assert_array_equal(scaled.efficiency, found.efficiency)
    np.testing.assert_array_equal(alone.codes, found.codes[1:2])


def test_a_price_of_zero_is_unknown():
    close = np.full((1, 40), 100.0) + np.arange(40)
    close[0, 20] = 0.0

    found = regimes(close, SHORT).codes[0]

    assert found[19] != Regime.UNKNOWN
    assert set(found[20 : 20 + SHORT.span + SHORT.memory]) == {Regime.UNKNOWN}


@pytest.mark.parametrize(
    "wrong", [{"span": 1}, {"memory": 1}, {"trend_at": 0.0}, {"volatile_above": 1.0}], ids=str
)
def test_rules_without_sense_are_refused(wrong):
    with pytest.raises(BadResults, match=r"regime"):
        RegimeRules(**wrong)


def test_closes_are_a_table():
    with pytest.raises(BadResults, match="table of instruments"):
        regimes(np.zeros(5))


def test_short_series_are_unknown():
    assert set(regimes(np.full((2, 2), 5.0)).codes.flat) == {Regime.UNKNOWN}
    assert regimes(np.zeros((0, 9))).codes.shape == (0, 9)

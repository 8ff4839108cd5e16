"""`on`: bars of a higher timeframe, built by the engine, against those that an exchange made."""

from datetime import UTC, datetime

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, Bars, Floats
from heliograph.engine.errors import EngineError
from heliograph.engine.timeframe import Timeframe
from tests.engine.series import HOUR, evaluate, plan_of, random_bars, read_bars, values_of

SYMBOLS = ("BTC/USDT", "1000SATS/USDT", "TON/USDT")


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("timeframe", ["4h", "1d"])
def test_bars_built_from_hours_equal_those_of_the_exchange(symbol, timeframe):
    hours = read_bars("binance_spot_genetrader_1h.parquet", symbol)
    made = read_bars(f"binance_spot_genetrader_{timeframe}.parquet", symbol)
    got = evaluate(plan_of([f"on('{timeframe}', {name})" for name in INPUTS]), hours)
    length = Timeframe.parse(timeframe).ms
    starts = hours.time // length * length
    ends = np.flatnonzero(hours.time + HOUR == starts + length)
    complete = [at for at in ends if np.count_nonzero(starts == starts[at]) == length // HOUR]
    places = np.searchsorted(made.time, starts[complete])
    np.testing.assert_array_equal(made.time[places], starts[complete])
    for name, values in zip(INPUTS, got, strict=True):
        expected = getattr(made, name)[0, places]
        tolerance = 1e-12 if name == "volume" else 0.0
        np.testing.assert_allclose(values[0, complete], expected, rtol=tolerance, atol=0.0, err_msg=name)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_an_indicator_on_four_hours_equals_that_of_the_exchanges_bars(symbol):
    hours = read_bars("binance_spot_genetrader_1h.parquet", symbol)
    made = read_bars("binance_spot_genetrader_4h.parquet", symbol)
    # From the first period on that both have whole.
    first = max(hours.time[0], made.time[0])
    first += -first % (4 * HOUR)
    hours = hours.slice(int(np.searchsorted(hours.time, first)), len(hours))
    made = made.slice(int(np.searchsorted(made.time, first)), len(made))
    got, expected = values_of("on('4h', rsi(close, 14))", hours)[0], values_of("rsi(close, 14)", made)[0]
    ends = np.flatnonzero((hours.time + HOUR) % (4 * HOUR) == 0)
    np.testing.assert_array_equal(
        got[ends], expected[np.searchsorted(made.time, hours.time[ends] - 3 * HOUR)]
    )


def _hours(count: int, *, missing: tuple[int, ...] = (), start: int = 0) -> Bars:
    """Hourly bars whose close is their number; the day begins with bar 0."""
    values = np.arange(count, dtype=float)
    values[list(missing)] = np.nan
    return Bars.single(
        (np.arange(count, dtype=np.int64) + start) * HOUR, **{name: values.copy() for name in INPUTS}
    )


def _close_of_four(bars: Bars) -> Floats:
    return values_of("on('4h', close)", bars)[0]


NAN = np.nan


def test_a_period_is_seen_at_the_bar_that_completes_it_and_holds():
    np.testing.assert_array_equal(_close_of_four(_hours(9)), [NAN, NAN, NAN, 3, 3, 3, 3, 7, 7])


def test_a_period_whose_last_bar_is_missing_is_seen_at_the_first_bar_after_it():
    np.testing.assert_array_equal(
        _close_of_four(_hours(10, missing=(3, 4, 5))), [NAN, NAN, NAN, NAN, NAN, NAN, 2, 7, 7, 7]
    )


def test_a_bar_may_show_the_last_period_and_complete_its_own():
    np.testing.assert_array_equal(
        _close_of_four(_hours(9, missing=(3, 4, 5, 6))), [NAN, NAN, NAN, NAN, NAN, NAN, NAN, 7, 7]
    )
    before = values_of("on('4h', close[1])", _hours(9, missing=(3, 4, 5, 6)))[0]
    np.testing.assert_array_equal(before, [NAN] * 7 + [2, 2])


def test_an_incomplete_first_period_is_not_shown():
    np.testing.assert_array_equal(_close_of_four(_hours(8, start=1)), [NAN] * 6 + [6, 6])


def test_one_bar_back_is_a_bar_of_the_timeframe_where_it_is_written():
    bars = _hours(9)
    np.testing.assert_array_equal(values_of("on('4h', close)[1]", bars)[0], [NAN] * 4 + [3, 3, 3, 3, 7])
    np.testing.assert_array_equal(values_of("on('4h', close[1])", bars)[0], [NAN] * 7 + [3, 3])


def test_a_period_without_bars_is_none():
    bars = _hours(14, missing=(4, 5, 6, 7))
    np.testing.assert_array_equal(values_of("on('4h', close[1])", bars)[0], [NAN] * 11 + [3, 3, 3])


@pytest.mark.parametrize("timeframe", ["1w", "1M"])
def test_weeks_begin_on_monday_and_months_on_their_first(timeframe):
    bars = random_bars(4, instruments=1, count=24 * 200, missing=0.01)
    got = values_of(f"on('{timeframe}', open)", bars)[0]
    has = ~np.isnan(bars.close[0])
    period = Timeframe.parse(timeframe)
    starts = np.array([period.start(int(time)) for time in bars.time])
    expected = np.full(len(bars), np.nan)
    for at in np.flatnonzero(has):
        ended = [s for s in np.unique(starts[has]) if period.end(int(s)) <= bars.time[at] + HOUR]
        if ended:
            inside = np.flatnonzero(has & (starts == ended[-1]))
            is_whole = inside[0] != np.flatnonzero(has)[0] or bars.time[inside[0]] == ended[-1]
            expected[at] = bars.open[0, inside[0]] if is_whole else np.nan
    np.testing.assert_array_equal(got, expected)
    assert datetime.fromtimestamp(starts[-1] / 1000, UTC).strftime("%a" if timeframe == "1w" else "%d") in (
        "Mon",
        "01",
    )


def test_nested_timeframes_equal_the_outer_one_where_no_bar_is_missing():
    bars = random_bars(6, instruments=2, count=2_000, missing=0.0)
    direct, nested = evaluate(plan_of(["on('1d', sma(close, 3))", "on('4h', on('1d', sma(close, 3)))"]), bars)
    ends = (bars.time + HOUR) % (4 * HOUR) == 0
    np.testing.assert_array_equal(nested[1, ends][30:], direct[1, ends][30:])


def test_a_higher_timeframe_needs_the_base_one():
    with pytest.raises(EngineError, match="needs the timeframe of the bars"):
        plan_of(["on('4h', close)"], timeframe=None)


def test_volume_that_is_unknown_in_a_part_is_unknown_in_the_whole():
    bars = _hours(8)
    bars.volume[0, 1] = np.nan
    np.testing.assert_array_equal(values_of("on('4h', volume)", bars)[0], [NAN] * 7 + [22.0])

import json

import numpy as np
import pytest

from heliograph.market.calendars import NoSuchCalendar, check_calendar, guess_calendar, sessions, slot_of
from heliograph.market.coverage import Gap, coverage, gaps_of
from heliograph.market.models import Venue
from heliograph.market.sources.files import read_candles
from heliograph.market.store import store_candles
from tests.market.candles import HOUR, START, hours
from tests.market.conftest import NOW
from tests.reference import shared

DAY = 24 * HOUR


def ms(text):
    return int(np.datetime64(text, "ms").astype(np.int64))


@pytest.mark.parametrize("name", ["binance_spot_ftfork2021_1m", "binance_spot_freqtrade_testdata_5m"])
def test_gaps_are_those_that_were_counted(name):
    counted = json.loads(shared("oddities.json").read_text())[f"{name}.parquet"]["per_symbol"]

    found = {}
    for candles in read_candles(shared(f"{name}.parquet")):
        _, gaps = gaps_of(candles.time, timeframe=candles.timeframe, calendar="always")
        found[candles.symbol] = (len(gaps), sum(gap.bars for gap in gaps))

    assert found == {symbol: (counts["gaps"], counts["missing_bars"]) for symbol, counts in counted.items()}


def test_a_holiday_and_a_weekend_are_no_gap():
    [goog] = read_candles(shared("backtestingpy_goog_1d.parquet"))
    [eurusd] = read_candles(shared("backtestingpy_eurusd_1h.parquet"))

    assert gaps_of(goog.time, timeframe="1d", calendar="XNYS") == (2148, [])
    assert gaps_of(eurusd.time, timeframe="1h", calendar="forex") == (4998, [])


def test_a_missing_session_is_a_gap():
    [goog] = read_candles(shared("backtestingpy_goog_1d.parquet"))
    # Thursday before and Monday after the weekend of Presidents' Day.
    cut = (goog.time < ms("2013-02-14")) | (goog.time > ms("2013-02-18"))

    expected, gaps = gaps_of(goog.time[cut], timeframe="1d", calendar="XNYS")

    assert (expected, gaps) == (2148, [Gap(ms("2013-02-14"), ms("2013-02-15"), 2)])


def test_hours_of_a_session_are_those_that_trading_touches():
    one = sessions("XNYS", first=ms("2020-11-25"), last=ms("2020-11-28"))
    slots = one.slots("1h")
    days = slots[(slots >= ms("2020-11-25")) & (slots < ms("2020-11-29"))]

    # Thanksgiving is closed, the Friday after it ends at 13:00 in New York.
    assert days.tolist() == [ms(f"2020-11-25T{hour}") for hour in range(14, 21)] + [
        ms(f"2020-11-27T{hour}") for hour in range(14, 18)
    ]


def test_currencies_rest_from_friday_to_sunday_evening_in_new_york():
    slots = sessions("forex", first=ms("2021-03-10"), last=ms("2021-03-16")).slots("1h")
    week = slots[(slots >= ms("2021-03-12T20")) & (slots <= ms("2021-03-14T22"))]

    # The clocks there go forward on that Sunday.
    assert week.tolist() == [
        ms("2021-03-12T20"),
        ms("2021-03-12T21"),
        ms("2021-03-14T21"),
        ms("2021-03-14T22"),
    ]


def test_days_of_another_zone_and_summer_time_leave_no_gap():
    opens = np.array([ms("2024-03-29T23"), ms("2024-03-30T23"), ms("2024-03-31T22"), ms("2024-04-02T22")])

    assert gaps_of(opens, timeframe="1d", calendar="always") == (
        5,
        [Gap(ms("2024-04-01T22"), ms("2024-04-01T22"), 1)],
    )
    assert slot_of(opens, "1d").tolist() == [
        ms("2024-03-30"),
        ms("2024-03-31"),
        ms("2024-04-01"),
        ms("2024-04-03"),
    ]


def test_missing_months_are_counted_by_the_calendar():
    opens = np.array([ms("2023-11-01"), ms("2023-12-01"), ms("2024-03-01")])

    assert gaps_of(opens, timeframe="1M", calendar="always") == (
        5,
        [Gap(ms("2024-01-01"), ms("2024-02-01"), 2)],
    )
    assert gaps_of(opens, timeframe="1M", calendar="XNYS") == (
        5,
        [Gap(ms("2024-01-01"), ms("2024-02-01"), 2)],
    )


def test_weeks_without_a_session_are_not_expected():
    mondays = np.array([ms("2023-12-18"), ms("2024-01-08")])

    assert gaps_of(mondays, timeframe="1w", calendar="XNYS") == (
        4,
        [Gap(ms("2023-12-25"), ms("2024-01-01"), 2)],
    )


def test_the_calendar_is_guessed_from_the_bars():
    def guess(name):
        return {
            guess_calendar(candles.symbol, candles.timeframe, candles.time)
            for candles in read_candles(shared(f"{name}.parquet"))
        }

    assert guess("us_equity_lean_1d") == {"XNYS"}
    assert guess("us_equity_lean_1h") == {"XNYS"}
    assert guess("fx_oanda_lean_1h") == {"forex"}
    assert guess("binance_spot_genetrader_1d") == {""}
    [stoxx] = read_candles(shared("raw/backtrader_day_2006.txt"), symbol="STOXX")
    assert guess_calendar("STOXX", "1d", stoxx.time) == "weekdays"
    assert guess_calendar("STOXX", "1d", np.arange(30) * DAY) == "always"
    assert guess_calendar("STOXX", "1d", stoxx.time[:10]) == ""
    assert guess_calendar("XAUUSD", "1d", stoxx.time[:10]) == "forex"


def test_calendars_are_checked_by_name():
    assert [check_calendar(name) for name in ("always", "forex", "XLON")] == ["always", "forex", "XLON"]
    with pytest.raises(NoSuchCalendar):
        check_calendar("NYSE?")
    with pytest.raises(NoSuchCalendar):
        sessions("NYSE?", first=0, last=DAY)


@pytest.mark.django_db
def test_coverage_of_stored_series_is_listed(btc, eth, batch):
    bars = hours(*range(1, 11))
    for start, stop in ((0, 4), (6, 10)):
        store_candles(instrument=btc.pk, timeframe="1h", candles=bars.slice(start, stop), batch=batch, at=NOW)
    store_candles(instrument=eth.pk, timeframe="1h", candles=bars, batch=batch, at=NOW)

    both = coverage()
    [one] = coverage(symbol="BTC/USDT", venue="file", timeframe="1h")

    assert [(found.symbol, found.bars, found.expected, found.missing, found.share) for found in both] == [
        ("BTC/USDT", 8, 10, 2, 0.8),
        ("ETH/USDT", 10, 10, 0, 1.0),
    ]
    assert (one.venue, one.calendar, one.first, one.last) == ("file", "always", START, START + 9 * HOUR)
    assert one.gaps == (Gap(START + 4 * HOUR, START + 5 * HOUR, 2),)
    assert coverage(venue="elsewhere") == []


@pytest.mark.django_db
def test_the_calendar_of_an_instrument_overrules_that_of_its_venue(btc, batch):
    Venue.objects.update(calendar="weekdays")
    # From Friday to Monday.
    bars = hours(*range(1, 80), start=ms("2024-02-02"))
    for start, stop in ((0, 24), (72, 79)):
        store_candles(instrument=btc.pk, timeframe="1h", candles=bars.slice(start, stop), batch=batch, at=NOW)

    [by_venue] = coverage()
    btc.calendar = "always"
    btc.save()
    [by_instrument] = coverage()

    assert (by_venue.calendar, by_venue.expected, by_venue.share) == ("weekdays", 31, 1.0)
    assert (by_instrument.calendar, by_instrument.expected, by_instrument.missing) == ("always", 79, 48)

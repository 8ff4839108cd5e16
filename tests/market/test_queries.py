from datetime import timedelta

import pytest

from heliograph.market.models import Instrument, Venue
from heliograph.market.queries import Freshness, NoSuchInstrument, find_instrument, freshness
from heliograph.market.store import store_candles
from heliograph.market.wire import to_datetime
from tests.market.candles import HOUR, START, hours
from tests.market.conftest import NOW

AT = to_datetime(START + 6 * HOUR + HOUR // 2)


def test_an_instrument_is_found_however_it_is_written(btc, venue):
    for written in ("BTC/USDT", "btc-usdt", "BTCUSDT", "BINANCE:BTCUSDT"):
        assert find_instrument(written) == btc
    assert find_instrument("BTC/USDT", venue="file") == btc


def test_an_unknown_instrument_is_refused_with_the_nearest(btc):
    with pytest.raises(NoSuchInstrument, match=r"^There is no instrument BTC/USD; did you mean BTC/USDT\?$"):
        find_instrument("BTC/USD")
    with pytest.raises(
        NoSuchInstrument, match=r"There is no instrument XYZ at file; see `heliograph coverage`"
    ):
        find_instrument("XYZ", venue="file")


def test_an_instrument_of_two_venues_needs_its_venue(btc):
    other = Venue.objects.create(name="binance")
    Instrument.objects.create(venue=other, symbol="BTC/USDT")

    with pytest.raises(
        NoSuchInstrument, match=r"BTC/USDT trades at several venues \(binance, file\); say which"
    ):
        find_instrument("BTC/USDT")
    assert find_instrument("BTC/USDT", venue="file") == btc


def test_the_age_of_the_newest_bar_is_told_by_the_venues_clock(btc, batch):
    store_candles(instrument=btc.pk, timeframe="1h", candles=hours(1, 2, 3), batch=batch, at=NOW)

    assert freshness(at=AT) == [
        Freshness(
            instrument=btc.pk,
            venue="file",
            symbol="BTC/USDT",
            timeframe="1h",
            first=START,
            newest=START + 2 * HOUR,
            bars=3,
            age_ms=int(3.5 * HOUR),
            missing=3,
        )
    ]
    assert freshness(at=AT, venue="elsewhere") == []


@pytest.mark.parametrize(("calendar", "missing"), [("always", 71), ("weekdays", 23), ("forex", 25)])
def test_only_bars_that_should_exist_are_missing(btc, batch, calendar, missing):
    Venue.objects.update(calendar=calendar)
    # The hour before midnight of a Friday; asked three days later.
    friday = 1_706_914_800_000
    store_candles(instrument=btc.pk, timeframe="1h", candles=hours(1, start=friday), batch=batch, at=NOW)

    [found] = freshness(at=to_datetime(friday) + timedelta(hours=72))

    assert found.missing == missing

from datetime import timedelta

import numpy as np
import pytest

from heliograph.market.amendments import amended_since
from heliograph.market.bars import NEVER, first_open, load_bars, load_series, newest_open
from heliograph.market.errors import BadCandles, BarNotClosed
from heliograph.market.models import Candle, CandleRevision, Instrument, Series
from heliograph.market.store import Stored, store_candles, store_tick
from heliograph.market.wire import to_datetime
from tests.market.candles import HOUR, START, block, equal, hours
from tests.market.conftest import NOW

LATER = NOW + timedelta(hours=1)


def store(instrument, candles, batch, at=NOW):
    return store_candles(instrument=instrument.pk, timeframe="1h", candles=candles, batch=batch, at=at)


def counts(stored):
    return stored.inserted, stored.revised, stored.unchanged


def test_candles_come_back_bit_for_bit_across_a_month(btc, batch):
    bars = hours(*(100 + 0.1 * np.arange(12)), volume=np.nan)

    stored = store(btc, bars, batch)

    assert stored == Stored(inserted=12, revised=0, unchanged=0, first_changed={btc.pk: START})
    assert equal(load_series(instrument=btc.pk, timeframe="1h"), bars)
    assert Candle.objects.filter(open_time=to_datetime(START)).values_list("source", "recorded_at").get() == (
        batch.pk,
        NOW,
    )


def test_storing_twice_changes_nothing(btc, batch):
    store(btc, hours(1.5, 2.5, 3.5), batch)

    again = store(btc, hours(1.5, 2.5, 3.5), batch, at=LATER)

    assert again == Stored(inserted=0, revised=0, unchanged=3, first_changed={})
    assert set(Candle.objects.values_list("recorded_at", flat=True)) == {NOW}
    assert Series.objects.values_list("bars", "amendments", "updated_at").get() == (3, 0, NOW)


def test_a_corrected_candle_keeps_what_it_said_before(btc, batch):
    store(btc, hours(1.5, 2.5, 3.5), batch)

    stored = store(btc, hours(1.5, 2.75, 3.5), batch, at=LATER)

    assert stored == Stored(inserted=0, revised=1, unchanged=2, first_changed={btc.pk: START + HOUR})
    assert load_series(instrument=btc.pk, timeframe="1h").close.tolist() == [[1.5, 2.75, 3.5]]
    kept = CandleRevision.objects.values_list("open_time", "close", "recorded_at", "replaced_at").get()
    assert kept == (to_datetime(START + HOUR), 2.5, NOW, LATER)


def test_the_past_reads_as_it_was_known(btc, batch):
    store(btc, hours(1.5, 2.5), batch)
    store(btc, hours(1.75, 2.5, 3.5), batch, at=LATER)
    store(btc, hours(1.875), batch, at=LATER + timedelta(hours=1))

    def known(at):
        return load_series(instrument=btc.pk, timeframe="1h", as_known_at=at).close.tolist()

    assert known(NOW - timedelta(seconds=1)) == [[]]
    assert known(NOW) == [[1.5, 2.5]]
    assert known(LATER) == [[1.75, 2.5, 3.5]]
    assert known(LATER + timedelta(hours=1)) == [[1.875, 2.5, 3.5]]


def test_a_late_bar_is_added_and_amends_its_series(btc, batch):
    bars = hours(1.5, 2.5, 3.5, 4.5)
    store(btc, bars.slice(0, 1), batch)
    store(btc, bars.slice(2, 4), batch)
    before = amended_since(instruments=[btc.pk], timeframe="1h")

    stored = store(btc, bars, batch, at=LATER)

    assert counts(stored) == (1, 0, 3)
    after = amended_since(instruments=[btc.pk], timeframe="1h", seen=before.number)
    assert (before.number.tolist(), before.first.tolist()) == ([0], [NEVER])
    assert (after.number.tolist(), after.first.tolist(), after.last.tolist()) == (
        [1],
        [START + HOUR],
        [START + HOUR],
    )
    assert equal(load_series(instrument=btc.pk, timeframe="1h"), bars)


def test_amendments_are_told_since_the_number_that_was_seen(btc, eth, batch):
    for instrument in (btc, eth):
        store(instrument, hours(1.5, 2.5, 3.5), batch)
    store(btc, hours(9.5), batch)
    seen = amended_since(instruments=[eth.pk, btc.pk], timeframe="1h").number
    store(btc, hours(8.5, first=2), batch)
    store(btc, hours(7.5, first=1), batch)

    amended = amended_since(instruments=[eth.pk, btc.pk], timeframe="1h", seen=seen)

    assert seen.tolist() == [0, 1]
    assert amended.number.tolist() == [0, 3]
    assert amended.first.tolist() == [NEVER, START + HOUR]
    assert amended.last.tolist() == [NEVER, START + 2 * HOUR]


def test_a_new_bar_behind_the_last_amends_nothing(btc, batch):
    store(btc, hours(1.5), batch)
    store(btc, hours(2.5, first=1), batch)

    series = Series.objects.values_list("first_open", "last_open", "bars", "amendments").get()

    assert series == (to_datetime(START), to_datetime(START + HOUR), 2, 0)


def test_a_bar_that_is_not_closed_is_refused(btc, batch):
    bars = hours(1.5, 2.5)

    with pytest.raises(
        BarNotClosed, match=r"The 1h bar that opens at 2024-01-31T21:00:00\+00:00 is not closed"
    ):
        store(btc, bars, batch, at=to_datetime(START + 2 * HOUR - 1))

    assert Candle.objects.count() == 0
    assert counts(store(btc, bars, batch, at=to_datetime(START + 2 * HOUR))) == (2, 0, 0)


def test_the_clock_of_the_venue_decides_and_now_is_recorded(btc, batch):
    with pytest.raises(BarNotClosed):
        store_candles(
            instrument=btc.pk,
            timeframe="1h",
            candles=hours(1.5, 2.5),
            batch=batch,
            at=NOW,
            clock=to_datetime(START + HOUR),
        )


def test_a_tick_of_many_instruments_skips_missing_bars(btc, eth, batch):
    tick = block([1.5, None, 3.5], [None, 20.5, 30.5])

    stored = store_tick(instruments=[eth.pk, btc.pk], timeframe="1h", candles=tick, batch=batch, at=NOW)

    assert stored == Stored(
        inserted=4, revised=0, unchanged=0, first_changed={eth.pk: START, btc.pk: START + HOUR}
    )
    assert equal(load_bars(instruments=[eth.pk, btc.pk], timeframe="1h"), tick)


def test_a_tick_may_add_correct_and_repeat_at_once(btc, eth, venue, batch):
    ada = Instrument.objects.create(venue=venue, symbol="ADA/USDT")
    ids = [btc.pk, eth.pk, ada.pk]
    store_tick(
        instruments=ids,
        timeframe="1h",
        candles=block([1.5, 2.5], [3.5, 4.5], [5.5, None]),
        batch=batch,
        at=NOW,
    )

    after = block([1.5, 2.5], [3.5, 9.5], [5.5, 6.5])
    stored = store_tick(instruments=ids, timeframe="1h", candles=after, batch=batch, at=LATER)

    assert stored == Stored(
        inserted=1, revised=1, unchanged=4, first_changed={eth.pk: START + HOUR, ada.pk: START + HOUR}
    )
    assert equal(load_bars(instruments=ids, timeframe="1h"), after)


def test_bars_are_read_from_start_to_before_end(btc, batch):
    store(btc, hours(1.5, 2.5, 3.5, 4.5), batch)

    read = load_series(instrument=btc.pk, timeframe="1h", start=START + HOUR, end=START + 3 * HOUR)

    assert read.close.tolist() == [[2.5, 3.5]]


def test_instruments_without_bars_are_rows_of_nan(btc, eth, batch):
    store(btc, hours(1.5), batch)

    read = load_bars(instruments=[eth.pk, btc.pk], timeframe="1h")
    edges = [
        edge(instruments=[eth.pk, btc.pk], timeframe="1h").tolist() for edge in (first_open, newest_open)
    ]

    assert np.isnan(read.close[0]).all()
    assert read.close[1].tolist() == [1.5]
    assert edges == [[NEVER, START], [NEVER, START]]
    assert load_bars(instruments=[eth.pk], timeframe="1h").close.shape == (1, 0)
    assert load_bars(instruments=[], timeframe="1h").close.shape == (0, 0)


def test_a_month_closes_when_it_is_over(btc, batch):
    january = hours(1.5, start=1_704_067_200_000)

    with pytest.raises(BarNotClosed):
        store_candles(
            instrument=btc.pk, timeframe="1M", candles=january, batch=batch, at=to_datetime(1_706_745_599_999)
        )
    stored = store_candles(
        instrument=btc.pk, timeframe="1M", candles=january, batch=batch, at=to_datetime(1_706_745_600_000)
    )

    assert counts(stored) == (1, 0, 0)


def test_a_block_with_the_wrong_number_of_instruments_is_refused(btc, batch):
    with pytest.raises(BadCandles):
        store_tick(
            instruments=[btc.pk, btc.pk], timeframe="1h", candles=block([1.5], [2.5]), batch=batch, at=NOW
        )

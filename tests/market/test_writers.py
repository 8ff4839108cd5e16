"""Writers side by side: they wait for each other, and nothing is lost or stored twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from heliograph.market.amendments import amended_since
from heliograph.market.bars import load_bars
from heliograph.market.models import Batch, CandleRevision, Instrument, Series, Venue
from heliograph.market.store import store_tick
from tests.market.candles import block, equal
from tests.market.conftest import NOW


def store(ids, batch, bars):
    try:
        return store_tick(instruments=ids, timeframe="1h", candles=bars, batch=batch, at=NOW)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_many_writers_of_the_same_bars_store_them_once():
    venue = Venue.objects.create(name="side by side")
    ids = [Instrument.objects.create(venue=venue, symbol=name).pk for name in ("A", "B", "C")]
    batch = Batch.objects.create(venue=venue, kind=Venue.Kind.FILE, name="a", started_at=NOW)
    bars = block(*([float(10 * row + bar) for bar in range(1, 9)] for row in range(1, 4)))

    with ThreadPoolExecutor(4) as pool:
        # Half of them name the instruments in the other order.
        orders = [ids, ids[::-1]] * 4
        done = list(
            pool.map(lambda order: store(order, batch, bars if order[0] == ids[0] else flipped(bars)), orders)
        )

    assert sorted(stored.inserted for stored in done) == [0] * 7 + [24]
    assert {stored.inserted + stored.unchanged for stored in done} == {24}
    assert equal(load_bars(instruments=ids, timeframe="1h"), bars)
    assert list(Series.objects.values_list("bars", "amendments")) == [(8, 0)] * 3


@pytest.mark.django_db(transaction=True)
def test_corrections_side_by_side_are_numbered_without_gaps():
    venue = Venue.objects.create(name="side by side")
    ids = [Instrument.objects.create(venue=venue, symbol="A").pk]
    batch = Batch.objects.create(venue=venue, kind=Venue.Kind.FILE, name="a", started_at=NOW)
    store(ids, batch, block([10.0, 11.0]))

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda close: store(ids, batch, block([close, 11.0])), [20.0, 21.0, 22.0, 23.0]))

    assert [stored.revised for stored in done] == [1] * 4
    assert amended_since(instruments=ids, timeframe="1h").number.tolist() == [4]
    assert CandleRevision.objects.count() == 4


def flipped(bars):
    from heliograph.engine.bars import INPUTS, Bars

    return Bars(time=bars.time, **{name: getattr(bars, name)[::-1].copy() for name in INPUTS})

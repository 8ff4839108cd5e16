"""Closed candles come over the socket, and nothing else does."""

import asyncio
from contextlib import asynccontextmanager, suppress

import numpy as np
import pytest

from heliograph.market.models import Feed
from heliograph.market.sources.exchange.arrivals import subscriptions
from heliograph.market.sources.exchange.listening import Pace
from heliograph.market.sources.exchange.stream import VenueStream
from tests.market.exchange.conftest import BTC, FIVE
from tests.market.exchange.stored import fill, findings, stored, watch

QUICK = Pace(quiet=0.6, gather=0.01, first_pause=0.05, longest_pause=0.2)
SYMBOLS = [BTC, "ETH/USDT", "SOL/USDT"]
LONG = 20


class Told:
    """Hears what a stream tells."""

    def __init__(self):
        self.changed, self.asked = 0, 0

    def note(self, bars):
        self.changed += bars

    def due(self):
        self.asked += 1


@asynccontextmanager
async def streaming(exchange, venue, series, told, pace=QUICK):
    stream = VenueStream(
        venue, series, now=lambda: exchange.clock.now, changed=told.note, due=told.due, pace=pace
    )
    running = asyncio.create_task(stream.run())
    try:
        await until(lambda: exchange.served.subscriptions >= len(series))
        yield stream
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(condition):
    async with asyncio.timeout(LONG):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture
def watches(exchange, binance):
    made = watch(SYMBOLS, since=exchange.clock.now - 10 * FIVE, at=exchange.clock.now)
    fill(made, at=exchange.clock.now)
    return made


def test_each_closed_candle_is_stored_and_none_that_forms(exchange, binance, watches):
    async def follow(told, series):
        async with streaming(exchange, binance, series, told):
            for bar in range(1, 4):
                exchange.clock.advance(100)
                exchange.clock.advance(100)
                exchange.clock.advance(100)
                await until(lambda bar=bar: told.changed == 3 * bar)

    told = Told()
    asyncio.run(follow(told, subscriptions(binance)))
    for one in watches:
        assert np.array_equal(stored(one.instrument), exchange.truth(one.instrument.symbol)[90:])
    assert (exchange.served.forming_messages > 0, findings()) == (True, {})
    assert set(Feed.objects.values_list("streamed_at", flat=True)) == {exchange.clock.now}

"""Closed candles come over the socket, and nothing else does."""

import asyncio
from contextlib import asynccontextmanager, suppress

import numpy as np
import pytest

from heliograph.market.models import Feed, Venue
from heliograph.market.sources.exchange.arrivals import Subscription, subscriptions
from heliograph.market.sources.exchange.listening import Ears, Pace, Socket
from heliograph.market.sources.exchange.poll import poll_due
from heliograph.market.sources.exchange.stream import VenueStream
from tests.market.exchange.conftest import BTC, FIVE, klines
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
def watches(exchange, shared_binance):
    made = watch(SYMBOLS, since=exchange.clock.now - 10 * FIVE, at=exchange.clock.now)
    fill(made, at=exchange.clock.now)
    return made


def test_each_closed_candle_is_stored_and_none_that_forms(exchange, shared_binance, watches):
    async def follow(told, series):
        async with streaming(exchange, shared_binance, series, told):
            for bar in range(1, 4):
                exchange.clock.advance(100)
                exchange.clock.advance(100)
                exchange.clock.advance(100)
                await until(lambda bar=bar: told.changed == 3 * bar)

    told = Told()
    asyncio.run(follow(told, subscriptions(shared_binance)))
    for one in watches:
        assert np.array_equal(stored(one.instrument), exchange.truth(one.instrument.symbol)[90:])
    assert (exchange.served.forming_messages > 0, findings()) == (True, {})
    assert set(Feed.objects.values_list("streamed_at", flat=True)) == {exchange.clock.now}


def close_bar(exchange):
    exchange.clock.advance(150)
    exchange.clock.advance(151)


def test_a_socket_that_breaks_is_replaced_and_rest_fills_in(exchange, shared_binance, watches):
    async def follow(told, series):
        async with streaming(exchange, shared_binance, series, told) as stream:
            exchange.inject("disconnect")
            close_bar(exchange)
            await until(lambda: stream.replaced == 1 and exchange.served.subscriptions == 6)
            close_bar(exchange)
            await until(lambda: told.changed == 6)

    told = Told()
    asyncio.run(follow(told, subscriptions(shared_binance)))
    # Of the socket that broke, all series are due at once.
    assert told.asked >= 1
    for one in watches:
        assert np.array_equal(stored(one.instrument), exchange.truth(one.instrument.symbol)[90:])


def test_what_had_arrived_at_the_end_is_stored_though_the_session_had_died(
    exchange, shared_binance, watches, end_sessions
):
    """As when the database starts anew: the lease goes with it, and the stream is ended at once."""

    async def follow(told, series):
        # So seldom that the second bar waits for the end.
        pace = Pace(quiet=LONG, gather=1.0)
        async with streaming(exchange, shared_binance, series, told, pace) as stream:
            close_bar(exchange)
            await until(lambda: told.changed == 3)
            close_bar(exchange)
            await until(lambda: len(stream.waiting) == 3)
            await asyncio.to_thread(end_sessions)

    asyncio.run(follow(Told(), subscriptions(shared_binance)))
    for one in watches:
        assert np.array_equal(stored(one.instrument), exchange.truth(one.instrument.symbol)[90:])


def test_a_socket_that_falls_silent_is_replaced(exchange, shared_binance, watches):
    async def follow(told, series):
        async with streaming(exchange, shared_binance, series, told) as stream:
            close_bar(exchange)
            await until(lambda: told.changed == 3)
            exchange.inject("quiet")
            close_bar(exchange)
            await until(lambda: stream.replaced >= 1 and exchange.served.connections == 2)

    told = Told()
    asyncio.run(follow(told, subscriptions(shared_binance)))
    assert told.asked >= 1


def test_rest_reads_again_what_a_stream_delivered(exchange, shared_binance, watches):
    exchange.mark("revised", BTC, exchange.clock.now)

    async def follow(told, series):
        async with streaming(exchange, shared_binance, series, told):
            for bar in range(1, 5):
                close_bar(exchange)
                await until(lambda bar=bar: told.changed == 3 * bar)

    asyncio.run(follow(Told(), subscriptions(shared_binance)))
    asked = klines(exchange)
    exchange.clock.advance(1)
    poll_due(at=exchange.clock.now)
    assert klines(exchange) - asked == 3
    for one in watches:
        assert np.array_equal(stored(one.instrument), exchange.truth(one.instrument.symbol)[90:])


def test_candles_that_cannot_be_are_refused_from_a_stream_too(exchange, shared_binance, watches):
    async def follow(told, series):
        async with streaming(exchange, shared_binance, series, told):
            for kind in ("zero", "contradictory"):
                exchange.inject(kind)
            close_bar(exchange)
            await until(lambda: told.changed == 1)

    asyncio.run(follow(Told(), subscriptions(shared_binance)))
    assert findings() == {"not_positive": 1, "high_below_low": 1}


def test_one_series_that_falls_silent_while_others_speak_is_noticed_once(exchange, shared_binance, watches):
    """Another socket does not make it speak: it is left to REST then."""

    async def follow(told, series):
        pace = Pace(quiet=0.6, intervals=0, gather=0.01, first_pause=0.05, longest_pause=0.2)
        exchange.delist("ETH/USDT")
        async with streaming(exchange, shared_binance, series, told, pace) as stream:
            exchange.clock.run(speed=600)
            await until(lambda: stream.replaced == 1 and told.changed > 20)
            return stream.replaced

    assert asyncio.run(follow(Told(), subscriptions(shared_binance))) == 1


def test_where_no_message_says_closed_the_next_bar_tells_when_to_ask(exchange):
    series = [Subscription(1, 1, 1, BTC, "5m"), Subscription(2, 2, 2, "ETH/USDT", "5m")]
    venue = Venue(name="other", exchange="binance", url=exchange.url)
    closed, over = [], []

    async def follow():
        ears = Ears(closed.append, over.append)
        socket = Socket(venue, series, markets={}, ears=ears, pace=Pace(), says_closed=False)
        listening = asyncio.create_task(socket.listen())
        await until(lambda: exchange.served.subscriptions == 2)
        # Several bars: what is heard at one go shows only the newest of them.
        while set(over) != set(series):
            exchange.clock.advance(100)
            await until(lambda: exchange.streamed_ms >= exchange.clock.ms)
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening

    asyncio.run(follow())
    assert (closed, set(over)) == ([], set(series))

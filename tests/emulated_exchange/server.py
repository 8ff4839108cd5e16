"""The server in a thread of its own, and what a test steers it by."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from aiohttp import web

from tests.emulated_exchange.clock import Clock
from tests.emulated_exchange.faults import Faults
from tests.emulated_exchange.market import Floats, Market
from tests.emulated_exchange.rest import Rest, faulty
from tests.emulated_exchange.served import Served
from tests.emulated_exchange.streams import Streams
from tests.emulated_exchange.venue import Listing, Venue

LOOPBACK = "127.0.0.1"


class Exchange:
    """A running exchange; every method may be called from the thread of the test."""

    def __init__(self, venue: Venue, streams: Streams, port: int):
        self._venue, self._streams = venue, streams
        self.url = f"http://{LOOPBACK}:{port}"
        self.inject, self.mark = venue.inject, venue.mark

    @property
    def clock(self) -> Clock:
        """The time at the exchange."""
        return self._venue.clock

    @property
    def served(self) -> Served:
        """What it did so far."""
        return self._venue.served

    @property
    def market(self) -> Market:
        """What it trades."""
        return self._venue.market

    @property
    def streamed_ms(self) -> int:
        """Until when all that sockets tell has been handed to them, in UTC milliseconds of its clock."""
        return self._streams.told_until_ms

    def truth(self, symbol: str, *, timeframe: str | None = None) -> Floats:
        """All bars closed by now as they are told in the end: open time in ms, open .. volume."""
        asked = timeframe or self.market.timeframe
        return self._venue.truth(symbol, timeframe=asked, at_ms=self.clock.ms)

    def finals(
        self, symbol: str, opened: datetime, *, timeframe: str | None = None
    ) -> set[tuple[float, ...]]:
        """Every set of values ever told of a bar as final; empty if it is none."""
        book = self._venue.book(timeframe or self.market.timeframe)
        opens_ms = int(opened.timestamp() * 1000)
        row = self.market.symbols.index(symbol)
        return {
            values
            for bar in book.bars(since_ms=opens_ms, until_ms=opens_ms)
            for values in book.finals(row, bar)
        }

    def befallen(self, kind: str, *, since: datetime, until: datetime) -> int:
        """How many bars that close from `since` to `until` are late, revised, missing, lost or duplicated."""
        book = self._venue.book(self.market.timeframe)
        first, last = (int(moment.timestamp() * 1000) - self.market.period_ms for moment in (since, until))
        bars = book.bars(since_ms=first, until_ms=last)
        return int(book.masks[kind][:, bars.start : bars.stop].sum())

    def list_at(self, symbol: str, at: datetime) -> None:
        """Let a symbol of the market be listed only from then on."""
        self._venue.listings[symbol] = Listing(begins_ms=int(at.timestamp() * 1000))

    def delist(self, symbol: str, *, at: datetime | None = None, remove: bool = False) -> None:
        """Stop trading, now or later; `remove` takes it out of the exchange's list as well."""
        ends = int((at or self.clock.now).timestamp() * 1000)
        before = self._venue.listings[symbol]
        self._venue.listings[symbol] = Listing(before.begins_ms, ends, remove)


@contextmanager
def running(
    market: Market, faults: Faults | None = None, *, at: datetime | None = None, speed: float = 1.0
) -> Iterator[Exchange]:
    """An exchange whose clock begins at `at` (default: when its last bar has closed)."""
    clock = Clock(at or datetime.fromtimestamp(market.ends_ms / 1000, UTC), speed=speed)
    venue = Venue(market, faults or Faults(), clock)
    streams = Streams(venue)
    loop = asyncio.new_event_loop()
    runner = loop.run_until_complete(_start(venue, streams))
    thread = threading.Thread(target=loop.run_forever, name="emulated-exchange", daemon=True)
    thread.start()
    try:
        yield Exchange(venue, streams, runner.addresses[0][1])
    finally:
        asyncio.run_coroutine_threadsafe(_stop(runner, streams), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


async def _start(venue: Venue, streams: Streams) -> web.AppRunner:
    app = web.Application(middlewares=[faulty(venue)])
    app.add_routes([*Rest(venue).routes(), *streams.routes()])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, 0).start()
    streams.start()
    return runner


async def _stop(runner: web.AppRunner, streams: Streams) -> None:
    await streams.stop()
    await runner.cleanup()
    # Requests that are left without an answer still wait.
    waiting = asyncio.all_tasks() - {asyncio.current_task()}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

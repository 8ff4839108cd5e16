"""Streams of one venue: opened, watched, replaced, their closed candles stored within moments.

Who runs this holds the lease of the venue. What a stream misses comes over REST (`poll.py`): a series whose
bar is overdue is asked for, and all of a socket that broke are at once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import Error, connections

from heliograph.market.models import Venue
from heliograph.market.sources.exchange.arrivals import (
    Arrival,
    Subscription,
    ask_over_rest,
    ripe,
    store_arrivals,
)
from heliograph.market.sources.exchange.client import client_for
from heliograph.market.sources.exchange.errors import VenueFault
from heliograph.market.sources.exchange.listening import SAYS_CLOSED, Ears, Pace, Socket
from heliograph.market.sources.exchange.skew import Now, VenueClock, read_clock

T = TypeVar("T")
# Series of one socket; Binance takes 1,024 of them, and ccxt 200.
OF_A_SOCKET = 200
CLOCK_SECONDS = 60.0

log = logging.getLogger(__name__)


class VenueStream:
    """All sockets of one venue. `changed(bars)` is told after each storing, `due()` when REST is to ask."""

    def __init__(
        self,
        venue: Venue,
        series: Sequence[Subscription],
        *,
        now: Now,
        changed: Callable[[int], object],
        due: Callable[[], object],
        pace: Pace | None = None,
    ) -> None:
        self._venue, self._series, self._now = venue, list(series), now
        self._changed, self._due = changed, due
        self._pace = pace or Pace()
        # Closed candles that are not stored yet.
        self.waiting: list[Arrival] = []
        self._over: list[Subscription] = []
        self._clock: VenueClock | None = None
        self._markets: dict[str, Any] = {}
        # How many sockets were replaced.
        self.replaced = 0
        # Rows are touched by this thread alone: it keeps one connection.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"stream-{venue.name}")

    async def run(self) -> None:
        """Until cancelled; what had arrived by then is stored. A fault of the venue as a whole is raised."""
        parts = [self._series[k : k + OF_A_SOCKET] for k in range(0, len(self._series), OF_A_SOCKET)]
        try:
            self._markets = await self._in_thread(self._read_venue)
            async with asyncio.TaskGroup() as group:
                for part in parts:
                    group.create_task(self._keep(part))
                group.create_task(self._store_regularly())
                group.create_task(self._read_clock_regularly())
        except BaseExceptionGroup as faults:
            raise faults.exceptions[0] from faults
        finally:
            # Over a new session: what the lease was lost by may have ended that of this thread too.
            await self._in_thread(connections.close_all)
            await self._store()
            await self._in_thread(connections.close_all)
            self._thread.shutdown()

    async def _keep(self, series: Sequence[Subscription]) -> None:
        """One socket after another: a broken one is replaced, the pauses grow while none holds."""
        pause, loop = self._pace.first_pause, asyncio.get_running_loop()
        ears = Ears(self.waiting.append, self._over.append)
        while True:
            began = loop.time()
            socket = Socket(
                self._venue,
                series,
                markets=self._markets,
                ears=ears,
                pace=self._pace,
                says_closed=self._venue.exchange in SAYS_CLOSED,
            )
            try:
                await socket.listen()
            except VenueFault as fault:
                log.warning("%s", fault)
            self.replaced += 1
            await self._ask_over_rest(series)
            steady = loop.time() - began > self._pace.longest_pause
            pause = self._pace.first_pause if steady else min(2 * pause, self._pace.longest_pause)
            await asyncio.sleep(pause)

    async def _store_regularly(self) -> None:
        while True:
            await asyncio.sleep(self._pace.gather)
            if self._over:
                over, self._over[:] = list(self._over), []
                await self._ask_over_rest(over)
            if changed := await self._store():
                self._changed(changed)

    async def _read_clock_regularly(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_SECONDS)
            await self._with_rows(self._read_venue)

    async def _ask_over_rest(self, series: Sequence[Subscription]) -> None:
        await self._with_rows(lambda: ask_over_rest([one.watch for one in series]))
        self._due()

    async def _store(self) -> int:
        """Store what is over by both clocks; the others wait, and so does all while the database is away."""
        clock = self._clock
        taken = ripe(self.waiting, clock=clock.ms()) if clock else []
        if not clock or not taken:
            return 0
        changed = await self._with_rows(
            lambda: store_arrivals(taken, venue=self._venue, clock=clock, at=self._now())
        )
        if changed is None:
            return 0
        gone = set(map(id, taken))
        # In place: the sockets add to this very list.
        self.waiting[:] = [one for one in self.waiting if id(one) not in gone]
        return changed

    def _read_venue(self) -> dict[str, Any]:
        with client_for(self._venue) as client:
            self._clock = read_clock(client, now=self._now)
            return client.list_of_markets()

    async def _with_rows(self, act: Callable[[], T]) -> T | None:
        """What it gives, or None while the database does not answer."""
        try:
            return await self._in_thread(act)
        except Error as fault:
            log.warning("The database does not answer: %s", str(fault).splitlines()[0])
            await self._in_thread(connections.close_all)
            return None

    def _in_thread(self, act: Callable[[], T]) -> Awaitable[T]:
        return asyncio.get_running_loop().run_in_executor(self._thread, act)

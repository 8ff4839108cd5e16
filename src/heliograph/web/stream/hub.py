"""One per process: hears of new events, numbers them, and keeps the newest in memory for all listeners."""

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import psycopg

from heliograph.web.stream import log as rows
from heliograph.web.stream.told import Told

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and counts by which the stream keeps within bounds."""

    # A comment after so much silence; middlemen cut lines that say nothing for a minute.
    heartbeat: float = 15.0
    # Whoever takes nothing for so long is cut off.
    slow: float = 20.0
    # Whether a listener may still listen is asked again after so long.
    recheck: float = 40.0
    # Looks at the database though nothing rang: the doorbell may be broken.
    look: float = 1.0
    upkeep: float = 5.0
    forget: float = 3_600.0
    # Events in memory, about 1 kB each.
    newest: int = 2_000
    # How long browsers wait before they come again, in milliseconds.
    retry_ms: int = 2_000


class Hub:
    """The events behind a position, out of memory or of the database, and a bell that rings for new ones.

    Positions have no holes and each is visible before the next is given. So a listener is no more than a
    position: what lies behind it is the same, wherever it is read.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.last = 0
        # When the newest events were heard of, by the steady clock.
        self.heard_at = 0.0
        self.is_ending = False
        self._newest: deque[Told] = deque(maxlen=limits.newest)
        # One for each listener that waits: around one future, a thousand would take three turns of the loop.
        self._waiting: set[asyncio.Future[None]] = set()
        self._running: asyncio.Task[None] | None = None
        self._reader: psycopg.AsyncConnection | None = None
        self._upkeep_due = self._forget_due = 0.0

    async def begin(self) -> None:
        """Start unless it runs; returns when the newest events are known."""
        if self._running is None:
            loop = asyncio.get_running_loop()
            self._known: asyncio.Future[None] = loop.create_future()
            self._reading = asyncio.Lock()
            self._running = loop.create_task(self._run(), name="hub of events")
        await asyncio.shield(self._known)

    async def end(self) -> None:
        """Tell all listeners that the server ends, and let go of the database."""
        self.end_soon()
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        if self._reader is not None:
            await self._reader.close()

    def end_soon(self) -> None:
        """Ring the bell for the last time."""
        self.is_ending = True
        if self._running is not None:
            self._ring()

    async def after(self, position: int) -> list[Told]:
        """What lies behind a position; not all at once where it is much."""
        if position >= self.last:
            return []
        oldest = self._newest[0].position if self._newest else self.last + 1
        if position >= oldest - 1:
            return list(islice(self._newest, position - oldest + 1, None))
        return await self._read(position)

    async def wait(self, position: int, *, seconds: float) -> None:
        """Until there is something behind that position, the server ends, or the time is over."""
        if self.last > position or self.is_ending:
            return
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiting.add(waiter)
        alarm = loop.call_later(seconds, _wake, waiter)
        try:
            await waiter
        finally:
            alarm.cancel()
            self._waiting.discard(waiter)

    async def _read(self, position: int) -> list[Told]:
        """From the database, one listener at a time: many come back at once when a server starts anew."""
        async with self._reading:
            if self._reader is None or self._reader.closed:
                self._reader = await rows.connect()
            found = await rows.read(self._reader, after=position)
        # What this process has not heard of yet comes with the next ring.
        return [event for event in found if event.position <= self.last]

    def _ring(self) -> None:
        for waiter in self._waiting:
            _wake(waiter)

    async def _run(self) -> None:
        while True:
            try:
                async with await rows.connect() as link:
                    await link.execute(f"LISTEN {rows.CHANNEL}")
                    await self._follow(link)
            except (psycopg.Error, OSError) as fault:
                log.warning("The events cannot be read: %s", str(fault).splitlines()[0])
                await asyncio.sleep(self.limits.look)

    async def _follow(self, link: psycopg.AsyncConnection) -> None:
        await self._begin_with_newest(link)
        while True:
            await self._take_in(link)
            await self._keep_up(link)
            async for _ in link.notifies(timeout=self.limits.look, stop_after=1):
                pass

    async def _begin_with_newest(self, link: psycopg.AsyncConnection) -> None:
        if self._known.done():
            return
        while await rows.place(link):
            pass
        self.last, forgotten = await rows.bounds(link)
        start = max(self.last - self.limits.newest, forgotten)
        found = await rows.read(link, after=start, most=self.limits.newest)
        self._newest.extend(event for event in found if event.position <= self.last)
        self._known.set_result(None)

    async def _take_in(self, link: psycopg.AsyncConnection) -> None:
        while await rows.place(link) or await self._more(link):
            pass

    async def _more(self, link: psycopg.AsyncConnection) -> bool:
        """Read what is new; another process may have numbered it."""
        found = await rows.read(link, after=self.last)
        if found:
            self._newest.extend(found)
            self.last, self.heard_at = found[-1].position, time.monotonic()
            self._ring()
        return bool(found)

    async def _keep_up(self, link: psycopg.AsyncConnection) -> None:
        now = time.monotonic()
        if now >= self._upkeep_due:
            self._upkeep_due = now + self.limits.upkeep
            await rows.note_lost(link)
        if now >= self._forget_due:
            self._forget_due = now + self.limits.forget
            await rows.forget(link)


def _wake(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)

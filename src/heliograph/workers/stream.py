"""Keeps the streams of all exchanges: `python -m heliograph.workers.stream`.

Each venue's are kept by one process alone, which holds its lease; another waits to take over.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import django
from django.apps import apps

if not apps.ready:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heliograph.config.settings")
    django.setup()

import psycopg
from django.db import Error, close_old_connections
from kombu.exceptions import OperationalError

from heliograph.errors import HeliographError
from heliograph.kit.clock import utc_now
from heliograph.kit.env import direct_url
from heliograph.market.models import Venue
from heliograph.market.sources.exchange.arrivals import Subscription, subscriptions
from heliograph.market.sources.exchange.listening import Pace
from heliograph.market.sources.exchange.stream import VenueStream
from heliograph.market.sources.exchange.watched import is_due
from heliograph.workers.lease import HeldLease
from heliograph.workers.ring import ring

T = TypeVar("T")
LOOK_SECONDS = 2.0
# A venue that fails as a whole is left alone for so long at most.
LONGEST_PAUSE = 60.0

log = logging.getLogger("heliograph.workers.stream")


@dataclass(frozen=True)
class Setting:
    """What a keeper lives by: a clock, who is rung, and how often it looks whether its series changed."""

    database_url: str
    ring: Callable[[str], object]
    now: Callable[[], datetime] = utc_now
    pace: Pace = field(default_factory=Pace)
    look: float = LOOK_SECONDS


class Keeper:
    """Keeps the streams of one venue while it holds the lease; opens them anew when their series change."""

    def __init__(self, venue: Venue, setting: Setting) -> None:
        self._venue, self._setting, self._look = venue, setting, setting.look
        self._lease: HeldLease | None = None

    async def run(self) -> None:
        """Until cancelled; gives the lease back."""
        pause = self._look
        try:
            while True:
                try:
                    if await self._leads():
                        await self._stream()
                        pause = self._look
                except (HeliographError, Error, psycopg.Error) as fault:
                    log.warning("%s: %s", self._venue.name, str(fault).splitlines()[0])
                    pause = min(2 * pause, LONGEST_PAUSE)
                await asyncio.sleep(pause)
        finally:
            if self._lease:
                self._lease.release()

    async def _stream(self) -> None:
        """Stream until the series change or another leads."""
        series = await asyncio.to_thread(_series, self._venue)
        if not series:
            return
        log.info("%s: listens to %d series", self._venue.name, len(series))
        stream = VenueStream(
            self._venue,
            series,
            now=self._setting.now,
            changed=lambda _: self._setting.ring("generate_due"),
            due=lambda: self._setting.ring("poll_due"),
            pace=self._setting.pace,
        )
        running = asyncio.create_task(stream.run())
        try:
            while not running.done():
                await asyncio.wait([running], timeout=self._look)
                # A bar that is late is not left to the timetable, which rings more seldom.
                if await asyncio.to_thread(_asks_for_rest, self._venue, at=self._setting.now()):
                    self._setting.ring("poll_due")
                same = await asyncio.to_thread(_series, self._venue) == series
                if not same or not await self._leads():
                    return
            await running
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError, HeliographError, Error):
                await running

    async def _leads(self) -> bool:
        if self._lease and await asyncio.to_thread(self._lease.still_held):
            return True
        if self._lease:
            log.warning("%s: lost the lease at epoch %d", self._venue.name, self._lease.epoch)
            self._lease.release()
        name = f"stream {self._venue.pk}"
        self._lease = await asyncio.to_thread(HeldLease.attempt, self._setting.database_url, name=name)
        return self._lease is not None


async def keep_streams(stop: asyncio.Event, setting: Setting) -> None:
    """Keep the streams of every exchange until told to stop; venues may come and go meanwhile."""
    keepers: dict[int, asyncio.Task[None]] = {}
    try:
        while not stop.is_set():
            for venue in await asyncio.to_thread(_venues):
                if venue.pk not in keepers or keepers[venue.pk].done():
                    keepers[venue.pk] = asyncio.create_task(Keeper(venue, setting).run())
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), setting.look)
    finally:
        for task in keepers.values():
            task.cancel()
        await asyncio.gather(*keepers.values(), return_exceptions=True)


def _venues() -> Sequence[Venue]:
    """The exchanges of which series are watched; none while the database does not answer."""

    def read() -> list[Venue]:
        watched = Venue.objects.filter(kind=Venue.Kind.EXCHANGE, feeds__watch__paused=False)
        return list(watched.distinct().order_by("pk"))

    try:
        return _with_fresh_connection(read)
    except Error as fault:
        log.warning("The database does not answer: %s", str(fault).splitlines()[0])
        return []


def _series(venue: Venue) -> list[Subscription]:
    return _with_fresh_connection(lambda: subscriptions(venue))


def _asks_for_rest(venue: Venue, *, at: datetime) -> bool:
    return _with_fresh_connection(lambda: is_due(venue, at=at))


def _with_fresh_connection(read: Callable[[], T]) -> T:
    """Each look is taken in whichever thread is free, so that no connection is kept."""
    try:
        return read()
    finally:
        close_old_connections()


def _ring(name: str) -> None:
    try:
        ring(name)
    except (OperationalError, OSError) as fault:
        # What is due stands in rows; the timetable rings for it as well.
        log.warning("Nobody was told of %s: %s", name, fault)


async def _main() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    log.info("looks for exchanges whose series are watched")
    await keep_streams(stop, Setting(direct_url(), _ring))


if __name__ == "__main__":
    asyncio.run(_main())

"""Celery's beat, of which only the holder of the lease rings, and each slot of the timetable once."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
import redis
from celery.beat import Scheduler
from django.conf import settings
from django.db import Error, connection
from kombu.exceptions import OperationalError

from heliograph.kit.clock import utc_now
from heliograph.kit.env import direct_url
from heliograph.kit.notify import ALIVE, READY, notify
from heliograph.workers.lease import HeldLease
from heliograph.workers.ring import ring
from heliograph.workers.schedule import Entry, entries

LEASE = "beat"
# Also how long a second beat waits in line for the lease before it looks whether it is told to end.
LOOK_SECONDS = 2.0
SHORTEST_SECONDS = 0.02
# New watches and strategies stand in the timetable after at most so long.
READ_SECONDS = 10.0
log = logging.getLogger(__name__)


class LeasedScheduler(Scheduler):
    """Rings the newest slot of each entry that nobody has rung.

    A slot that was missed while nobody led is rung at once, and once; those before it are not.
    """

    _lease: HeldLease | None = None
    _entries: Sequence[Entry] = ()
    _read_at: datetime | None = None

    def setup_schedule(self) -> None:
        """The timetable is computed: Celery's own stays empty."""
        # What this process knows to be rung, by the name of the entry.
        self._rung: dict[str, datetime] = {}
        notify(READY)

    def tick(self, *args: Any, **options: Any) -> float:
        """Ring what is due if this process leads; returns the seconds until the next look."""
        notify(ALIVE)
        try:
            return self._tick() if self._leads() else SHORTEST_SECONDS
        except (psycopg.Error, Error) as fault:
            log.warning("The database does not answer: %s", fault)
            connection.close()
            return LOOK_SECONDS

    def close(self) -> None:
        """Give the lease back."""
        if self._lease:
            self._lease.release()
        super().close()

    def _tick(self) -> float:
        assert self._lease
        at = utc_now()
        self._read(at)
        due = [(entry, entry.times.last(at)) for entry in self._entries]
        fresh = {entry.name: (entry, slot) for entry, slot in due if self._rung.get(entry.name) != slot}
        if fresh:
            claimed = self._lease.claim([(name, slot) for name, (_, slot) in fresh.items()], at=at)
            for task in sorted({fresh[name][0].task for name in claimed}):
                _ring(task)
            self._rung |= {name: slot for name, (_, slot) in fresh.items()}
        until = min((entry.times.next(at) for entry in self._entries), default=at)
        return min(max((until - utc_now()).total_seconds(), SHORTEST_SECONDS), LOOK_SECONDS)

    def _read(self, at: datetime) -> None:
        if self._read_at is None or (at - self._read_at).total_seconds() > READ_SECONDS:
            self._entries = entries(replay=settings.HELIOGRAPH_REPLAY)
            self._read_at = at
            connection.close()

    def _leads(self) -> bool:
        if self._lease and self._lease.still_held():
            return True
        if self._lease:
            log.warning("lost the lease of beat at epoch %d", self._lease.epoch)
            self._lease.release()
            self._rung.clear()
        wait_ms = int(LOOK_SECONDS * 1000)
        self._lease = HeldLease.attempt(direct_url(), name=LEASE, wait_ms=wait_ms)
        if self._lease:
            log.info("leads at epoch %d", self._lease.epoch)
        return self._lease is not None


def _ring(task: str) -> None:
    """Ring; where the broker is away the slot is lost, and the reconciler finds what it was for."""
    try:
        ring(task)
    except (redis.RedisError, OperationalError) as fault:
        log.warning("%s was not rung: %s", task, fault)

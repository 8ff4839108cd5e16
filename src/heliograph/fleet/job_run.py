"""One job in the hands of one worker: it says how far it is, and hears that it is to end."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread

from django.db import Error, connection, transaction

from heliograph.errors import HeliographError
from heliograph.fleet.models import Job

Stop = Callable[[], bool]
Cursor = Mapping[str, object]

LEASE_SECONDS = 30
BEAT_SECONDS = 8

# Leases are judged by the database's clock: it is the only one that all machines share.
RENEW = f"""
UPDATE fleet_job SET leased_until = clock_timestamp() + interval '{LEASE_SECONDS} s'
WHERE id = %(id)s AND epoch = %(epoch)s AND state = 'running'
"""
REPORT = f"""
UPDATE fleet_job
SET leased_until = clock_timestamp() + interval '{LEASE_SECONDS} s',
    tries = CASE WHEN coalesce(%(cursor)s::jsonb, cursor) = cursor THEN tries ELSE 0 END,
    cursor = coalesce(%(cursor)s::jsonb, cursor),
    done = %(done)s, total = coalesce(%(total)s, total), unit = coalesce(%(unit)s, unit)
WHERE id = %(id)s AND epoch = %(epoch)s AND state = 'running'
RETURNING cancel_asked
"""

log = logging.getLogger(__name__)


class Cancelled(HeliographError):
    """Somebody asked for the job to end."""


class LostJob(HeliographError):
    """The lease ran out and another worker has the job; what this one did since its last report is void."""


class HandedBack(HeliographError):
    """The worker has no more time; another goes on from the cursor."""


class JobRun:
    """What a runner is handed: the job's `arguments`, and the `cursor` where it goes on ({} at first)."""

    def __init__(self, job: Job, *, stop: Stop | None = None) -> None:
        self.job_id, self.epoch = job.pk, job.epoch
        self.arguments: Mapping[str, object] = job.arguments
        self.cursor: Cursor = job.cursor
        self.done: int = job.done
        self._stop = stop

    def report(
        self, done: int, *, total: int | None = None, unit: str | None = None, cursor: Cursor | None = None
    ) -> None:
        """Store how far the job is, and renew the lease. What is None stays as it was.

        Raises Cancelled or LostJob. Called in the transaction that stores a piece, the piece and the cursor
        are stored together or not at all; where the worker's time is over the job ends behind it.
        """
        self._write(done, total=total, unit=unit, cursor=cursor)
        if connection.in_atomic_block:
            transaction.on_commit(self._heed_time)
        else:
            self._heed_time()

    def hold(self) -> None:
        """Be sure that the job is still this worker's, in the transaction that writes its last words.

        Raises Cancelled or LostJob; the worker's time is not heeded any more.
        """
        self._write(self.done)

    def _write(
        self, done: int, *, total: int | None = None, unit: str | None = None, cursor: Cursor | None = None
    ) -> None:
        facts = {"id": self.job_id, "epoch": self.epoch, "done": done, "total": total, "unit": unit}
        with connection.cursor() as rows:
            rows.execute(REPORT, facts | {"cursor": None if cursor is None else json.dumps(cursor)})
            found = rows.fetchone()
        if found is None:
            raise LostJob(f"Job {self.job_id}: {LostJob.__doc__}")
        if found[0]:
            raise Cancelled(f"Job {self.job_id}: {Cancelled.__doc__}")
        self.done, self.cursor = done, self.cursor if cursor is None else cursor

    def _heed_time(self) -> None:
        if self._stop and self._stop():
            raise HandedBack(f"Job {self.job_id}: {HandedBack.__doc__}")

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Renew the lease from a thread, since a runner may compute for long between two reports."""
        over = Event()
        thread = Thread(target=self._beat, args=(over,), name=f"lease of job {self.job_id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _beat(self, over: Event) -> None:
        try:
            while not over.wait(BEAT_SECONDS):
                self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        """Whether the job was lost is for `report` to find: it is fenced, and knows what to undo."""
        try:
            with connection.cursor() as rows:
                rows.execute(RENEW, {"id": self.job_id, "epoch": self.epoch})
        except Error as fault:
            log.warning("The lease of job %s was not renewed: %s", self.job_id, fault)
            connection.close()

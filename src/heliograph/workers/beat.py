"""Celery's beat, of which only the holder of the lease rings."""

import logging
import os
from typing import Any

from celery.beat import Scheduler
from django.conf import settings

from heliograph.workers.lease import HeldLease
from heliograph.workers.schedule import timetable

LOOK_SECONDS = 2.0
log = logging.getLogger(__name__)


class LeasedScheduler(Scheduler):
    """Keeps the timetable in memory: when a task last ran is of no matter, as what is due is in rows."""

    _lease: HeldLease | None = None

    def setup_schedule(self) -> None:
        """Take the timetable from the code."""
        self.merge_inplace(timetable(replay=settings.HELIOGRAPH_REPLAY))

    def tick(self, *args: Any, **options: Any) -> float:
        """Ring what is due if this process leads; returns the seconds until the next look."""
        if not self._leads():
            return LOOK_SECONDS
        return float(super().tick(*args, **options))

    def close(self) -> None:
        """Give the lease back."""
        if self._lease:
            self._lease.release()
        super().close()

    def _leads(self) -> bool:
        if self._lease and self._lease.still_held():
            return True
        if self._lease:
            log.warning("lost the lease of beat at epoch %d", self._lease.epoch)
            self._lease.release()
        self._lease = HeldLease.attempt(os.environ["DATABASE_URL"], name="beat")
        if self._lease:
            log.info("leads at epoch %d", self._lease.epoch)
        return self._lease is not None

"""Looks and tells when nobody rings: where the timetable, Redis or the workers of upkeep are away.

What is rung comes through Redis, from a beat, to a worker of upkeep. Whoever watches may depend on none of
the three. So each worker asks the database now and then when the last look was, and looks itself if it was
long ago. It is also the one to see that the database is away.

What it looks with is loaded when it has to look: a worker that has nothing to do with it stays small.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Event, Thread, Timer

import psycopg
import redis
from django.db import Error, connection
from kombu.exceptions import KombuError

from heliograph.fleet.clock import shared_now
from heliograph.kit.clock import utc_now
from heliograph.kit.direct import direct
from heliograph.kit.errors import BadSetting
from heliograph.monitor.alerts.models import Watch
from heliograph.monitor.alerts.outage import keep_outage, tell_away

ASKS_SECONDS = 5.0
# Two looks that did not come.
LATE = timedelta(seconds=40)
# Of the database that gives no answer in so long nobody knows whether it lives.
PATIENCE_SECONDS = 8.0
# It is told of in the log so often while it lasts.
TELLS = timedelta(minutes=1)
DELIVERS = timedelta(seconds=20)
# Any number that nothing else locks by: one deputy looks at a time.
LOOKING = 4_215_012
log = logging.getLogger(__name__)


class Deputy(Thread):
    """Asks every few seconds until it is told to end."""

    def __init__(self) -> None:
        super().__init__(name="deputy", daemon=True)
        self._over = Event()
        self._away_since: datetime | None = None
        self._told_at: datetime | None = None
        self._reason = ""

    def run(self) -> None:
        """Ask, and outlive whatever goes wrong."""
        while not self._over.wait(ASKS_SECONDS):
            try:
                self.ask()
            except Exception:
                log.exception("The deputy could not look")
            finally:
                connection.close()

    def ask(self) -> None:
        """See whether the database answers and somebody looked lately; look where nobody did."""
        began = utc_now()
        alarm = Timer(PATIENCE_SECONDS, self._is_away, (began, "it gives no answer"))
        alarm.daemon = True
        alarm.start()
        try:
            last = _last_look()
            alarm.cancel()
            self._is_back(until=utc_now())
            if last is not None and shared_now() - last > LATE:
                _look_once()
        except (Error, psycopg.Error) as fault:
            self._is_away(began, _sentence(fault))
        finally:
            alarm.cancel()

    def end(self) -> None:
        """Ask no more."""
        self._over.set()

    def _is_away(self, since: datetime, reason: str) -> None:
        self._away_since, self._reason = self._away_since or since, reason
        at = utc_now()
        if self._told_at is None or at - self._told_at >= TELLS:
            self._told_at = at
            tell_away(since=self._away_since, at=at, reason=reason)

    def _is_back(self, *, until: datetime) -> None:
        if self._away_since is not None:
            keep_outage(since=self._away_since, until=until, reason=self._reason)
            self._away_since = self._told_at = None


def _last_look() -> datetime | None:
    """None before the first one: what was never rung is not late."""
    return Watch.objects.values_list("looked_at", flat=True).first()


def _look_once() -> None:
    """Look, unless another deputy does, and have told what there is to tell."""
    from heliograph.monitor.take import keep_look
    from heliograph.workers.measuring import ground

    with direct().cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOOKING])
        if not cursor.fetchone()[0]:
            return
    try:
        log.warning("Nobody has looked lately; looking")
        keep_look(ground(at=shared_now()))
        _have_told()
    finally:
        # A session that was lost has given it back.
        with suppress(Error), direct().cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOOKING])


def _have_told() -> None:
    """By ringing or, where nobody hears that, here and now."""
    from django.conf import settings

    from heliograph.notices.deliver import deliver_due
    from heliograph.workers import doorbell
    from heliograph.workers.ring import ring
    from heliograph.workers.unheard import unheard_by

    try:
        doorbell.lengths_at_once(["notices"])
        ring("deliver_due")
    # A BadSetting is of an address that is not of a Redis, and Kombu has a ValueError for it.
    except (redis.RedisError, KombuError, OSError, BadSetting, ValueError):
        began = utc_now()
        site = settings.HELIOGRAPH_PUBLIC_URL
        deliver_due(at=began, stop=lambda: utc_now() - began > DELIVERS, site=site, hides=unheard_by)


def _sentence(fault: Exception) -> str:
    words = str(fault).strip().splitlines()
    return words[0] if words else type(fault).__name__


_running: list[Deputy] = []


def begin() -> None:
    """Stand by from now on."""
    _running.append(Deputy())
    _running[-1].start()


def end() -> None:
    """Stand by no longer."""
    while _running:
        _running.pop().end()

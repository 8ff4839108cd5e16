"""Reads that may be some seconds old, from a standby where one keeps up, else from the primary.

Nothing reads from the standby by itself: `from_replica` and `may_be_old` say what may.
"""

import functools
import logging
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

P = ParamSpec("P")
T = TypeVar("T")
DEFAULT, REPLICA = "default", "replica"
# How long an answer to how far behind it is may be used again, and one that it is away.
LOOK_SECONDS, AWAY_SECONDS = 0.5, 5.0
AT_PRIMARY = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, clock_timestamp()"
AT_STANDBY = """
SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn() - '0/0'::pg_lsn, pg_last_xact_replay_timestamp()
"""
log = logging.getLogger(__name__)
_chosen: ContextVar[str] = ContextVar("heliograph_replica", default=DEFAULT)


def reading() -> BaseDatabaseWrapper:
    """The connection for statements of one's own that only read: the standby's within `from_replica`."""
    return connections[_chosen.get()]


def chosen() -> str:
    """The name of the database that reads go to here."""
    return _chosen.get()


def from_replica(ask: Callable[[], T]) -> T:
    """What `ask` gives, read from the standby if it is there and near enough, else from the primary.

    `ask` must only read, and bear being called twice: a standby that goes away meanwhile is passed over.
    Within a transaction it reads what the transaction sees.
    """
    if _chosen.get() == REPLICA or not _may_be_asked():
        return ask()
    before = _chosen.set(REPLICA)
    try:
        return ask()
    except (OperationalError, InterfaceError) as fault:
        STANDBY.is_away(fault)
    finally:
        _chosen.reset(before)
    return ask()


def may_be_old(read: Callable[P, T]) -> Callable[P, T]:
    """A function that only reads, whose answer may be some seconds old."""

    @functools.wraps(read)
    def reads(*arguments: P.args, **options: P.kwargs) -> T:
        return from_replica(lambda: read(*arguments, **options))

    return reads


class Standby:
    """How far the standby is behind, asked at most twice a second by each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_until = 0.0
        self._is_near = False

    def is_near(self, *, most: float) -> bool:
        """True if what it shows is at most so many seconds old."""
        with self._lock:
            if time.monotonic() >= self._asked_until:
                # Others use the last answer meanwhile.
                self._asked_until = time.monotonic() + LOOK_SECONDS
            else:
                return self._is_near
        try:
            behind = _behind()
        except Error as fault:
            self.is_away(fault)
            return False
        near = behind is not None and behind <= most
        if near != self._is_near:
            words = "unknown" if behind is None else f"{behind:.1f} s"
            log.info("The standby is %s behind: pages read from %s", words, "it" if near else "the primary")
        self._is_near = near
        return near

    def is_away(self, fault: Exception) -> None:
        """It did not answer; it is asked again after a while."""
        log.warning("The standby does not answer: %s", str(fault).splitlines()[0])
        connections[REPLICA].close()
        self._is_near, self._asked_until = False, time.monotonic() + AWAY_SECONDS


STANDBY = Standby()


def _may_be_asked() -> bool:
    if REPLICA not in connections.settings or connections[DEFAULT].in_atomic_block:
        return False
    return STANDBY.is_near(most=float(settings.HELIOGRAPH_REPLICA_LAG))


def _behind() -> float | None:
    """Seconds, at the most; None where it cannot be told, or where the server is no standby."""
    with connections[DEFAULT].cursor() as cursor:
        cursor.execute(AT_PRIMARY)
        written, now = cursor.fetchone()
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(AT_STANDBY)
        is_standby, replayed, last = cursor.fetchone()
    if not is_standby or replayed is None:
        return None
    if replayed >= written:
        return 0.0
    # By the primary's clock alone: what was committed before is all there.
    return None if last is None else max(float((now - last).total_seconds()), 0.0)

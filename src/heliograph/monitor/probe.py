"""A probe measures one part. One that fails hides no other: its measures are unknown then, and why."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from django.db import Error, connection, transaction

from heliograph.kit.cache.told import Counters
from heliograph.kit.direct import is_pooled
from heliograph.monitor.measure import Definition, Measure, unknown

# The slot of a line of the timetable that follows a moment.
Following: TypeAlias = Callable[[datetime], datetime]
log = logging.getLogger(__name__)

BY_SESSION = """
SELECT set_config('statement_timeout', %s, false), set_config('default_transaction_read_only', 'on', false)
"""
AS_BEFORE = "RESET statement_timeout; RESET default_transaction_read_only"
BY_TRANSACTION = "SELECT set_config('statement_timeout', %s, true)"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a look stands on: the moment, and doors to what lies above this room, given by who looks."""

    at: datetime
    redis_url: str | None
    # The concerns that workers must serve, and how many messages wait in the queue of each.
    concerns: Sequence[str]
    depths: Callable[[], Mapping[str, int]]
    # When these shards were last looked at by a worker, as far as that is remembered.
    looked: Callable[[Sequence[int]], Mapping[int, datetime]]
    timetable: Callable[[], Mapping[str, Following]]
    cache: Callable[[], Counters]
    # On the disk that fills first.
    folder: Path


@dataclass(frozen=True, slots=True)
class Probe:
    """Reads the measures of a part, every so many seconds, and within so many.

    `rows`: it asks the database.
    """

    part: str
    measures: tuple[Definition, ...]
    read: Callable[[Ground], Iterable[Measure]]
    every: int = 15
    seconds: float = 2.0
    rows: bool = True


def look(probe: Probe, ground: Ground) -> list[Measure]:
    """What the probe measures. It never raises, and what it could not read is unknown."""
    with _reading() as limit:
        return _look(probe, ground, limit)


def look_all(probes: Sequence[Probe], ground: Ground, *, seconds: float) -> list[Measure]:
    """What all these probes measure; for those that find no time left it is unknown."""
    until = time.monotonic() + seconds
    found: list[Measure] = []
    with _reading() as limit:
        for probe in probes:
            if time.monotonic() < until:
                found += _look(probe, ground, limit)
            else:
                found += unread(probe, "the probes before it took all the time there was")
    return found


def _look(probe: Probe, ground: Ground, limit: "Limit") -> list[Measure]:
    try:
        with limit.of(probe.seconds) if probe.rows else nullcontext():
            return list(probe.read(ground))
    except Exception as fault:
        log.info("The probe of %s failed", probe.part, exc_info=True)
        return unread(probe, _sentence(fault))


def unread(probe: Probe, reason: str) -> list[Measure]:
    """All that the probe would have measured, as unknown; whose each is, is unknown too."""
    return [unknown(one, reason, **dict.fromkeys(one.labels, "")) for one in probe.measures]


def is_due(probe: Probe, *, at: datetime, before: datetime | None) -> bool:
    """True if a look at `at` is the first of its slot; `before` is when the look before it was."""
    if before is None:
        return True
    return int(at.timestamp() // probe.every) > int(before.timestamp() // probe.every)


class Limit:
    """How long statements may take, and that they only read.

    It stands with the session while probes have as long as the one before: a transaction for each would
    double what a look costs. Within a transaction of another it stands with that, and a probe that fails is
    taken back alone.
    """

    def __init__(self) -> None:
        self._seconds: float | None = None
        self._was_set = False

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """While a probe reads."""
        if connection.in_atomic_block:
            with _within_another(seconds):
                yield
            return
        if is_pooled():
            # The session is anybody's after each statement.
            with transaction.atomic(), _within_another(seconds):
                yield
            return
        if seconds != self._seconds:
            with connection.cursor() as cursor:
                cursor.execute(BY_SESSION, [_ms(seconds)])
            self._seconds, self._was_set = seconds, True
        try:
            yield
        except BaseException:
            # It may be another session after that.
            self._seconds = None
            raise

    def end(self) -> None:
        """The session is as it was. A database that was not asked may be away, and is not asked now."""
        if not self._was_set:
            return
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute(AS_BEFORE)


@contextmanager
def _reading() -> Iterator[Limit]:
    limit = Limit()
    try:
        yield limit
    finally:
        limit.end()


@contextmanager
def _within_another(seconds: float) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        (before,) = cursor.fetchone()
        cursor.execute(BY_TRANSACTION, [_ms(seconds)])
        yield
        cursor.execute(BY_TRANSACTION, [before])


def _ms(seconds: float) -> str:
    return f"{int(seconds * 1000)}ms"


def _sentence(fault: Exception) -> str:
    words = str(fault).strip().splitlines()
    return f"{type(fault).__name__}: {words[0] if words else 'no reason given'}"[:200]

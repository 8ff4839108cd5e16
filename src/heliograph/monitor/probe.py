"""A probe measures one part. One that fails hides no other: its measures are unknown then, and why."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from heliograph.kit.cache.told import Counters
from heliograph.monitor.measure import Definition, Measure, unknown

# The slot of a line of the timetable that follows a moment.
Following: TypeAlias = Callable[[datetime], datetime]
log = logging.getLogger(__name__)


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
    try:
        with _within(probe.seconds) if probe.rows else nullcontext():
            return list(probe.read(ground))
    except Exception as fault:
        log.info("The probe of %s failed", probe.part, exc_info=True)
        return unread(probe, _sentence(fault))


def look_all(probes: Sequence[Probe], ground: Ground, *, seconds: float) -> list[Measure]:
    """What all these probes measure; for those that find no time left it is unknown."""
    until = time.monotonic() + seconds
    found: list[Measure] = []
    for probe in probes:
        if time.monotonic() < until:
            found += look(probe, ground)
        else:
            found += unread(probe, "the probes before it took all the time there was")
    return found


def unread(probe: Probe, reason: str) -> list[Measure]:
    """All that the probe would have measured, as unknown; whose each is, is unknown too."""
    return [unknown(one, reason, **dict.fromkeys(one.labels, "")) for one in probe.measures]


def is_due(probe: Probe, *, at: datetime, before: datetime | None) -> bool:
    """True if a look at `at` is the first of its slot; `before` is when the look before it was."""
    if before is None:
        return True
    return int(at.timestamp() // probe.every) > int(before.timestamp() // probe.every)


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Its statements end after so long, and with them what it locks; nothing of it is written."""
    within_another = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        before = _timeout(cursor) if within_another else ""
        _limit(cursor, f"{int(seconds * 1000)}ms")
        yield
        if within_another:
            _limit(cursor, before)


def _timeout(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT current_setting('statement_timeout')")
    return str(cursor.fetchone()[0])


def _limit(cursor: CursorWrapper, limit: str) -> None:
    """Until the end of the transaction, which may be longer than ours."""
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])


def _sentence(fault: Exception) -> str:
    words = str(fault).strip().splitlines()
    return f"{type(fault).__name__}: {words[0] if words else 'no reason given'}"[:200]

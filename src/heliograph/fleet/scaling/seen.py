"""What the policy is told of the work and of the workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

# Means over a minute (seconds) are unknown until so much of it was seen.
MINUTE, HALF_MINUTE = 60.0, 30.0


@dataclass(frozen=True, slots=True)
class Rush:
    """Work that becomes due at a known moment, such as the close of a bar.

    `seconds_each` is what a piece takes; None: nobody has measured it yet.
    """

    at: datetime
    pieces: int
    seconds_each: float | None
    what: str


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured; None is unknown, which is not 0."""

    # Those that start are counted, those that end are not.
    workers: int
    oldest_age_s: float | None = None
    # Pieces of work that wait or run, and what one takes; the latter may be unknown.
    pieces: int | None = None
    seconds_each: float | None = None
    cpu_pct: float | None = None
    memory_pct: float | None = None
    busy_pct: float | None = None
    rushes: Sequence[Rush] = ()


def busy_pct(pieces: int, workers: int) -> float:
    """How many of the workers are at work, in per cent; without workers all are, if there is work."""
    if not workers:
        return 100.0 if pieces else 0.0
    return 100.0 * min(pieces, workers) / workers

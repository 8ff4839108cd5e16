"""What a process counts: by level, and by prefix of the keys."""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Four buckets for each doubling, from a tenth of a microsecond on: a quantile is off by a tenth at most.
SMALLEST, STEPS, BUCKETS = 1e-7, 4, 120
MOST_PREFIXES = 256
OTHERS = "others"


class Histogram:
    """Durations, counted in buckets that grow by a fourth of a doubling."""

    __slots__ = ("counts",)

    def __init__(self, counts: list[int] | None = None) -> None:
        self.counts = counts or [0] * BUCKETS

    def add(self, seconds: float) -> None:
        """Count one duration."""
        place = int(math.log2(seconds / SMALLEST) * STEPS) if seconds > SMALLEST else 0
        self.counts[min(place, BUCKETS - 1)] += 1

    def quantile(self, share: float) -> float | None:
        """The duration that so great a share did not exceed, in seconds; None if nothing was counted."""
        wanted, seen = share * sum(self.counts), 0
        for place, count in enumerate(self.counts):
            seen += count
            if count and seen >= wanted:
                return float(SMALLEST * 2 ** ((place + 0.5) / STEPS))
        return None


class LevelTally:
    """What was asked of a level. A miss may be `outdated` (a tag, a lifetime) or `dropped` (unreadable).

    `errors`: it did not answer; that is no miss.
    """

    __slots__ = ("bytes_read", "bytes_written", "dropped", "errors", "hits", "latency", "misses", "outdated")

    def __init__(self) -> None:
        self.hits = self.misses = self.outdated = self.dropped = self.errors = 0
        self.bytes_read = self.bytes_written = 0
        self.latency = Histogram()


class PrefixTally:
    """What was asked under a prefix; memory counts its hits here, so that a hit touches one object.

    Seconds are those spent in computing, in reading the far levels and in writing them.
    """

    __slots__ = (
        "bytes",
        "computed",
        "computing",
        "failed",
        "far_hits",
        "hits",
        "hits_bytes",
        "misses",
        "reading",
        "stale",
        "writing",
        "written",
    )

    def __init__(self) -> None:
        self.hits = self.hits_bytes = self.far_hits = self.misses = self.stale = 0
        self.computed = self.failed = self.written = self.bytes = 0
        self.computing = self.reading = self.writing = 0.0


class Tally:
    """All counts of a process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.levels = {number: LevelTally() for number in (1, 2, 3)}
        self.prefixes: dict[str, PrefixTally] = {}

    def prefix(self, key: str) -> PrefixTally:
        """The counts of a key's prefix, which is what stands before its first colon."""
        name = key.partition(":")[0]
        found = self.prefixes.get(name)
        if found is None:
            with self.lock:
                name = name if len(self.prefixes) < MOST_PREFIXES else OTHERS
                found = self.prefixes.setdefault(name, PrefixTally())
        return found

    @contextmanager
    def level(self, number: int) -> Iterator[LevelTally]:
        """The counts of a level, for writing."""
        with self.lock:
            yield self.levels[number]

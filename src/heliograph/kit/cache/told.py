"""What the counters say, as plain values that travel between processes and onto pages."""

from collections.abc import Iterable

import msgspec

from heliograph.kit.cache.counters import Histogram, PrefixTally, Tally
from heliograph.kit.cache.memory import Memory

# Fewer reads than this say nothing about whether a prefix pays.
ENOUGH = 20


class Level(msgspec.Struct, frozen=True):
    """What was asked of a level; durations in microseconds, None where nothing was timed."""

    hits: int = 0
    misses: int = 0
    outdated: int = 0
    dropped: int = 0
    errors: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    latency: list[int] = []

    @property
    def hit_rate(self) -> float | None:
        """Hits of all that was asked; None where nothing was."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None

    def latency_us(self, share: float) -> float | None:
        """The duration that so great a share of the reads did not exceed."""
        seconds = Histogram(list(self.latency)).quantile(share) if self.latency else None
        return None if seconds is None else seconds * 1e6

    def __add__(self, other: "Level") -> "Level":
        sums = {name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__[:-1]}
        return Level(**sums, latency=_side_by_side(self.latency, other.latency))


class Prefix(msgspec.Struct, frozen=True):
    """What was asked under a prefix of keys; `near` hits are those in memory. Seconds in all."""

    near_hits: int = 0
    far_hits: int = 0
    misses: int = 0
    stale: int = 0
    computed: int = 0
    failed: int = 0
    written: int = 0
    bytes: int = 0
    computing_s: float = 0.0
    reading_s: float = 0.0
    writing_s: float = 0.0

    def __add__(self, other: "Prefix") -> "Prefix":
        return Prefix(*[getattr(self, name) + getattr(other, name) for name in self.__struct_fields__])

    @property
    def saved_s(self) -> float | None:
        """Seconds of computing that hits saved, less what reading and writing took; None if not measured."""
        if not self.computed:
            return None
        hits = self.near_hits + self.far_hits
        return hits * self.computing_s / self.computed - self.reading_s - self.writing_s

    @property
    def saved_us_per_byte(self) -> float | None:
        """By which prefixes compete for room: what a byte of an entry saves."""
        saved = self.saved_s
        return None if saved is None or not self.bytes else 1e6 * saved / (self.bytes / self.written)

    @property
    def pays(self) -> bool | None:
        """False where caching costs more than computing each time; None where too little was measured."""
        saved = self.saved_s
        enough = self.near_hits + self.far_hits + self.misses >= ENOUGH
        return None if saved is None or not enough else saved > 0


class Counters(msgspec.Struct, frozen=True):
    """All counters of a process, or of several together; `at` in seconds since 1970."""

    at: float
    levels: dict[int, Level]
    prefixes: dict[str, Prefix]
    entries: int = 0
    bytes: int = 0
    evicted: int = 0
    processes: int = 1

    @property
    def unpaid(self) -> list[str]:
        """Prefixes whose reads cost more cached than uncached."""
        return sorted(name for name, prefix in self.prefixes.items() if prefix.pays is False)


def taken(tally: Tally, memory: Memory, *, at: float) -> Counters:
    """The counters as they stand."""
    with memory.lock, tally.lock:
        prefixes = {name: _prefix(counts) for name, counts in tally.prefixes.items()}
        levels = {
            number: Level(
                counts.hits,
                counts.misses,
                counts.outdated,
                counts.dropped,
                counts.errors,
                counts.bytes_read,
                counts.bytes_written,
                list(counts.latency.counts),
            )
            for number, counts in tally.levels.items()
        }
        near = sum(counts.hits for counts in tally.prefixes.values())
        read = sum(counts.hits_bytes for counts in tally.prefixes.values())
        levels[1] += Level(hits=near, bytes_read=read, latency=list(memory.latency.counts))
        entries = memory.entries
        return Counters(at, levels, prefixes, len(entries), int(entries.currsize), memory.evicted)


def together(all_of_them: Iterable[Counters], *, at: float) -> Counters:
    """The sum over processes."""
    total = Counters(at, {number: Level() for number in (1, 2, 3)}, {}, processes=0)
    for one in all_of_them:
        names = total.prefixes.keys() | one.prefixes.keys()
        total = Counters(
            at,
            {number: total.levels[number] + one.levels[number] for number in total.levels},
            {name: total.prefixes.get(name, Prefix()) + one.prefixes.get(name, Prefix()) for name in names},
            total.entries + one.entries,
            total.bytes + one.bytes,
            total.evicted + one.evicted,
            total.processes + one.processes,
        )
    return total


def _prefix(counts: PrefixTally) -> Prefix:
    return Prefix(
        counts.hits,
        counts.far_hits,
        counts.misses,
        counts.stale,
        counts.computed,
        counts.failed,
        counts.written,
        counts.bytes,
        counts.computing,
        counts.reading,
        counts.writing,
    )


def _side_by_side(one: list[int], other: list[int]) -> list[int]:
    return [left + right for left, right in zip(one, other, strict=True)] if one and other else one or other

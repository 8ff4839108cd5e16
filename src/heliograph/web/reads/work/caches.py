"""The three levels of the cache, over all living processes."""

from dataclasses import dataclass

from heliograph.kit.cache import cache
from heliograph.kit.cache.told import Level, Prefix

LEVELS = {1: "Memory of the process", 2: "Redis", 3: "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class LevelLine:
    """One level: rates of 0 to 1, microseconds; None where nothing was asked or timed."""

    number: int
    name: str
    level: Level
    p50_us: float | None
    p99_us: float | None


@dataclass(frozen=True, slots=True)
class PrefixLine:
    """What was asked under one prefix of keys; `saved_s` is computing saved less the cost of caching."""

    name: str
    prefix: Prefix
    hit_rate: float | None
    saved_s: float | None
    verdict: str
    glyph: str


def cache_context() -> dict[str, object]:
    """Levels, and prefixes by what they save."""
    total = cache().sum_of_counters()
    prefixes = [_prefix(name, one) for name, one in total.prefixes.items()]
    return {
        "total": total,
        "levels": [_level(number, total.levels.get(number, Level())) for number in LEVELS],
        "prefixes": sorted(prefixes, key=lambda line: -(line.saved_s or 0.0)),
    }


def _level(number: int, level: Level) -> LevelLine:
    return LevelLine(number, LEVELS[number], level, level.latency_us(0.5), level.latency_us(0.99))


def _prefix(name: str, prefix: Prefix) -> PrefixLine:
    asked = prefix.near_hits + prefix.far_hits + prefix.misses
    verdict, glyph = {True: ("pays", "good"), False: ("does not pay", "warning")}.get(
        prefix.pays, ("too few reads", "unknown")
    )
    hits = prefix.near_hits + prefix.far_hits
    return PrefixLine(name, prefix, hits / asked if asked else None, prefix.saved_s, verdict, glyph)

"""The cache: what each level answers, over all living processes."""

from collections.abc import Iterator, Mapping

from heliograph.monitor.measure import Definition, Measure, Rule, idle, known, measured_or_idle, unknown
from heliograph.monitor.probe import Ground, Probe
from heliograph.monitor.queries import Key, minutes_before

PROCESSES = Definition("cache_processes", "count", "processes that tell what they cache")
HITS = Definition("cache_hits_ratio", "ratio", "of what was asked of a level, that it had", labels=("level",))
READS = Definition("cache_reads_total", "total", "what living processes asked of a level", labels=("level",))
FAULTS = Definition("cache_faults_total", "total", "of these, those not answered", labels=("level",))
ERRORS = Definition(
    "cache_errors_ratio",
    "ratio",
    "of what was asked in some minutes, not answered",
    Rule(0.01, 0.5),
    labels=("level",),
)
P99 = Definition("cache_read_p99_seconds", "seconds", "what 99 of 100 reads take at most", labels=("level",))
MEMORY = Definition("cache_memory_bytes", "bytes", "entries in the memory of processes")
EVICTED = Definition("cache_evicted_total", "total", "entries that went for want of room")
UNPAID = Definition(
    "cache_unpaid_prefixes", "count", "kinds of entries that cost more than they save", Rule(1, 20)
)
ALL = (PROCESSES, HITS, READS, FAULTS, ERRORS, P99, MEMORY, EVICTED, UNPAID)
LEVELS = {1: "memory", 2: "redis", 3: "postgres"}


# Fewer say nothing.
ENOUGH = 20


def read(ground: Ground) -> Iterator[Measure]:
    """The counters that processes tell each other."""
    total = ground.cache()
    before = minutes_before((READS.name, FAULTS.name), at=ground.at)
    yield known(PROCESSES, total.processes)
    for number, level in LEVELS.items():
        told = total.levels[number]
        asked = told.hits + told.misses + told.errors
        p99 = told.latency_us(0.99)
        reads, faults = known(READS, asked, level=level), known(FAULTS, told.errors, level=level)
        yield from (reads, faults, _errors(reads, faults, before, level=level))
        yield measured_or_idle(HITS, told.hit_rate, "nothing was asked of it", level=level)
        yield measured_or_idle(P99, None if p99 is None else p99 / 1e6, "none was timed", level=level)
    yield known(MEMORY, total.bytes)
    yield known(EVICTED, total.evicted)
    yield known(UNPAID, len(total.unpaid), note=", ".join(total.unpaid[:3]))


def _errors(reads: Measure, faults: Measure, before: Mapping[Key, float], *, level: str) -> Measure:
    """By how the counters grew: what went wrong at a start long ago is over."""
    assert reads.value is not None
    assert faults.value is not None
    if reads.key not in before or faults.key not in before:
        return unknown(ERRORS, "its counters were not kept some minutes ago", level=level)
    asked, failed = reads.value - before[reads.key], faults.value - before[faults.key]
    if asked < 0 or failed < 0:
        return unknown(ERRORS, "a process ended, and its counters with it", level=level)
    if asked < ENOUGH and not failed:
        return idle(ERRORS, "hardly anything was asked of it in the last minutes", level=level)
    if asked < ENOUGH:
        return unknown(ERRORS, "too little was asked of it in the last minutes", level=level)
    return known(ERRORS, min(failed / asked, 1.0), level=level)


PROBE = Probe("cache", ALL, read, every=60)

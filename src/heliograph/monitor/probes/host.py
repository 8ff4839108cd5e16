"""Machines: processors, memory, disk, clock; this one as it is, and others as their workers tell."""

from collections.abc import Iterator, Sequence

from heliograph.monitor.hosts import Numbers, Processors, host_name, numbers_here, skew_here, told
from heliograph.monitor.measure import Definition, Measure, Rule, known
from heliograph.monitor.probe import Ground, Probe

HOST = ("host",)
CPU = Definition("host_cpu_ratio", "ratio", "of the processors, in use since the look before", labels=HOST)
LOAD = Definition(
    "host_load_ratio", "ratio", "processes that run or wait, by processor, over a minute", Rule(2, 10), HOST
)
MEMORY = Definition(
    "host_memory_available_ratio", "ratio", "of the memory, free for use", Rule(0.15, 0.03), HOST
)
SWAP = Definition("host_swap_used_bytes", "bytes", "memory that lies on disk", labels=HOST)
DISK = Definition(
    "host_disk_free_ratio", "ratio", "of the disk of the data, free", Rule(0.15, 0.03, True), HOST
)
FREE = Definition("host_disk_free_bytes", "bytes", "the same in bytes", labels=HOST)
SKEW = Definition(
    "host_clock_skew_seconds", "seconds", "between this clock and that of the database", Rule(0.5, 5), HOST
)
MACHINES = Definition("host_machines", "count", "machines whose workers tell of them")
ALL = (CPU, LOAD, MEMORY, SWAP, DISK, FREE)
PROCESSORS = Processors()


def read(ground: Ground) -> Iterator[Measure]:
    """This one, by what the system counts: it needs no database."""
    numbers = numbers_here(ground.folder) | {"cpu_ratio": PROCESSORS.ratio_at_once()}
    note = {DISK.name: str(ground.folder)}
    for one in ALL:
        yield known(
            one, numbers[one.name.removeprefix("host_")], note=note.get(one.name, ""), host=host_name()
        )


def read_others(ground: Ground) -> Iterator[Measure]:
    """Those on which workers live, by what these told of late."""
    found = told(at=ground.at)
    yield known(MACHINES, len(found))
    for host, numbers in found.items():
        if host != host_name():
            yield from _of(host, numbers, ALL)


def read_clocks(ground: Ground) -> Iterator[Measure]:
    """Beside that of the database, which all machines share."""
    yield known(SKEW, skew_here(), host=host_name())
    for host, numbers in told(at=ground.at).items():
        if host != host_name():
            yield from _of(host, numbers, (SKEW,))


def _of(host: str, numbers: Numbers, wanted: Sequence[Definition]) -> Iterator[Measure]:
    for one in wanted:
        value = numbers.get(one.name.removeprefix("host_"))
        if value is not None:
            yield known(one, value, host=host)


PROBES = (
    Probe("host", ALL, read, rows=False),
    Probe("host", (MACHINES,), read_others, every=60),
    Probe("host", (SKEW,), read_clocks, every=60),
)

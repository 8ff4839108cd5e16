"""The machine on which the look is taken: processors, memory, disk, clock."""

import socket
import time
from collections.abc import Iterator
from datetime import datetime

import psutil

from heliograph.fleet.clock import shared_now
from heliograph.kit.clock import utc_now
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
ALL = (CPU, LOAD, MEMORY, SWAP, DISK, FREE)
# The times of the processors at the look before, and when that was; a younger one says too little.
YOUNGEST, OLDEST = 1.0, 600.0
_before: list[tuple[float, float, float]] = []


def read(ground: Ground) -> Iterator[Measure]:
    """By what the system counts."""
    host = socket.gethostname()
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(ground.folder))
    yield known(CPU, _cpu(), host=host)
    yield known(LOAD, psutil.getloadavg()[0] / (psutil.cpu_count() or 1), host=host)
    yield known(MEMORY, memory.available / memory.total, host=host)
    yield known(SWAP, psutil.swap_memory().used, host=host)
    yield known(DISK, disk.free / (disk.used + disk.free), host=host, note=str(ground.folder))
    yield known(FREE, disk.free, host=host)


def read_clock(ground: Ground) -> Iterator[Measure]:
    """Beside that of the database, which all machines share."""
    yield known(SKEW, _skew(), host=socket.gethostname())


def _cpu() -> float:
    """Since the look before where there was one lately, else over a moment."""
    now = time.monotonic()
    if not _before or not YOUNGEST < now - _before[0][0] < OLDEST:
        _before[:] = [_times()]
        time.sleep(0.1)
    (_, busy, whole), after = _before[0], _times()
    _before[:] = [after]
    spent = after[2] - whole
    return (after[1] - busy) / spent if spent > 0 else 0.0


def _times() -> tuple[float, float, float]:
    times = psutil.cpu_times()
    whole = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return time.monotonic(), whole - times.idle - getattr(times, "iowait", 0.0), whole


def _skew() -> float:
    """The database is asked between two looks at this clock: what the answer took does not count."""
    before: datetime = utc_now()
    there = shared_now()
    after = utc_now()
    return max((before - there).total_seconds(), (there - after).total_seconds(), 0.0)


PROBES = (
    Probe("host", ALL, read, rows=False),
    Probe("host", (SKEW,), read_clock, every=60),
)

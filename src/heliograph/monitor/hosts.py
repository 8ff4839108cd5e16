"""Machines: what each is like, measured there, and told to all by the workers that run on it."""

import json
import socket
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import psutil
from django.db import connection

from heliograph.fleet.clock import shared_now
from heliograph.kit.clock import utc_now

Numbers = Mapping[str, float]
# How often a worker tells of its machine, and after what time it is no longer believed.
EVERY_SECONDS = 15.0
SILENT = timedelta(seconds=60)
# Labels have few values: with more machines than these, the first by name are told.
MOST = 64
TELL = """
INSERT INTO monitor_machine (host, at, numbers) VALUES (%(host)s, %(at)s, %(numbers)s)
ON CONFLICT (host) DO UPDATE SET at = excluded.at, numbers = excluded.numbers
"""
TOLD = """
SELECT host, numbers FROM monitor_machine WHERE at > %(since)s ORDER BY host LIMIT %(most)s
"""


class Processors:
    """How busy they are between two looks; a younger or older look before says nothing."""

    YOUNGEST, OLDEST = 1.0, 600.0

    def __init__(self) -> None:
        self._before: tuple[float, float, float] | None = None

    def ratio(self) -> float | None:
        """Since the look before; None where there was none lately."""
        before, after = self._before, _times()
        if before is not None and after[0] - before[0] < self.YOUNGEST:
            return None
        self._before = after
        if before is None or after[0] - before[0] > self.OLDEST or after[2] <= before[2]:
            return None
        return _busy_share(before, after)

    def ratio_at_once(self) -> float:
        """The same, over a moment where there was no look before."""
        found = self.ratio()
        if found is not None:
            return found
        begin = _times()
        time.sleep(0.1)
        end = _times()
        return _busy_share(begin, end)


def host_name() -> str:
    """The name of this machine."""
    return socket.gethostname()


def numbers_here(folder: Path) -> dict[str, float]:
    """What the system counts, but for its processors; `folder` is on the disk that is meant."""
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(folder))
    return {
        "load_ratio": psutil.getloadavg()[0] / (psutil.cpu_count() or 1),
        "memory_available_ratio": memory.available / memory.total,
        "swap_used_bytes": psutil.swap_memory().used,
        "disk_free_ratio": disk.free / (disk.used + disk.free),
        "disk_free_bytes": disk.free,
    }


def skew_here() -> float:
    """Between this clock and that of the database, asked between two looks at this one: what the answer took
    does not count."""
    before: datetime = utc_now()
    there = shared_now()
    after = utc_now()
    return max((before - there).total_seconds(), (there - after).total_seconds(), 0.0)


def tell(numbers: Numbers, *, at: datetime) -> None:
    """Tell all of this machine."""
    with connection.cursor() as cursor:
        cursor.execute(TELL, {"host": host_name()[:64], "at": at, "numbers": json.dumps(dict(numbers))})


def told(*, at: datetime) -> dict[str, Numbers]:
    """What machines told of late, by host."""
    with connection.cursor() as cursor:
        cursor.execute(TOLD, {"since": at - SILENT, "most": MOST})
        return {
            host: json.loads(numbers) if isinstance(numbers, str) else numbers
            for host, numbers in cursor.fetchall()
        }


def _busy_share(begin: tuple[float, float, float], end: tuple[float, float, float]) -> float:
    """Of an idle machine the sums of floats may differ by less than nothing."""
    return min(max((end[1] - begin[1]) / max(end[2] - begin[2], 1e-9), 0.0), 1.0)


def _times() -> tuple[float, float, float]:
    times = psutil.cpu_times()
    whole = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return time.monotonic(), whole - times.idle - getattr(times, "iowait", 0.0), whole

"""Processor time of processes with all that they start: on a busy machine a better clock than the wall's."""

from collections.abc import Iterable
from contextlib import suppress

import psutil


def cpu_of(roots: Iterable[int]) -> float:
    """Seconds of these processes and their descendants, also of those that have ended."""
    seen: dict[int, psutil.Process] = {}
    for root in roots:
        with suppress(psutil.NoSuchProcess):
            one = psutil.Process(root)
            seen |= {process.pid: process for process in (one, *one.children(recursive=True))}
    return sum(_seconds(process) for process in seen.values())


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        # What children used that have ended stands with their parent.
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def servers() -> list[int]:
    """The processes of PostgreSQL and Redis that this process is connected to."""
    import redis
    from django.conf import settings

    return [
        psutil.Process(backend()).ppid(),
        int(redis.Redis.from_url(settings.REDIS_URL).info("server")["process_id"]),
    ]


def backend() -> int:
    """The process that serves our own connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])

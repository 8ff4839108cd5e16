"""Worker processes for work that waits, and what was measured of them."""

import os
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from statistics import fmean

from django.db import connection

from benchmarks.drills.parts.waiting import QUEUE, TABLE, wait
from heliograph.fleet.models import Node
from heliograph.fleet.simulate import Plant
from heliograph.kit.clock import utc_now
from heliograph.kit.wait import wait_until
from heliograph.workers.app import app
from heliograph.workers.gather import DueNow
from heliograph.workers.pools.children import ChildrenPool
from heliograph.workers.programs import CELERY, Program, node_name

READY_SECONDS = 120
QUIET = (
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "-O",
    "fair",
    "-l",
    "WARNING",
    "-c",
    "1",
)
INSERT = "INSERT INTO drill_piece (due_at, seconds) VALUES (%s, %s) RETURNING id"
OLDEST = "SELECT count(*), min(due_at) FROM drill_piece WHERE done_at IS NULL"
MEAN = "SELECT avg(extract(epoch FROM done_at - begun_at)) FROM drill_piece WHERE done_at IS NOT NULL"
# What a piece cost its worker beside its waiting: all between two ends, where the next one was due already.
OVERHEAD = """
SELECT avg(extract(epoch FROM done_at - before) - seconds) FROM (
    SELECT *, lag(done_at) OVER (PARTITION BY worker ORDER BY done_at) AS before
    FROM drill_piece WHERE done_at IS NOT NULL
) AS row WHERE due_at < before
"""


class WaitingWorkers:
    """A pool of workers that do nothing but wait; used as a context, it ends them."""

    def __init__(self, logs: Path) -> None:
        self.pool = ChildrenPool(_program, env=dict(os.environ), logs=logs)
        self._logs = logs

    def __enter__(self) -> "WaitingWorkers":
        with connection.cursor() as cursor:
            cursor.execute(TABLE)
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.end(seconds=10)

    def start_first(self) -> None:
        """Start one worker and wait until it is ready."""
        self.pool.resize(1)
        first = Node.objects.filter(name=node_name("w1"), left=False)
        if not wait_until(first.exists, seconds=READY_SECONDS):
            raise SystemExit(f"The first worker is not ready:\n{self._last_words()}")

    def plant(self, asked: Sequence[tuple[datetime, int, int]]) -> Plant:
        """What was recorded of the workers: `asked` are the changes, as moment, number before and after."""
        ready = dict(Node.objects.values_list("name", "started_at"))
        starts = recorded_starts(asked, {number_of(name): at for name, at in ready.items()})
        with connection.cursor() as cursor:
            cursor.execute(OVERHEAD)
            (overhead,) = cursor.fetchone()
        return Plant(workers=1, starts_s=starts, overhead_s=max(0.0, float(overhead or 0)), look_every_s=1.0)

    def send(self, due: list[float], seconds: float) -> None:
        """Make the pieces due at these seconds from now on, and ring for each."""
        start = time.monotonic()
        for at in due:
            time.sleep(max(0.0, at - (time.monotonic() - start)))
            _send(seconds)
        connection.close()

    def left(self) -> int:
        """Pieces that are due and not done."""
        with connection.cursor() as cursor:
            cursor.execute(OLDEST)
            return int(cursor.fetchone()[0])

    def pieces(self) -> list[tuple[datetime, datetime]]:
        """When each was due and when it was done, in the order of due."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT due_at, done_at FROM drill_piece WHERE done_at IS NOT NULL ORDER BY due_at"
            )
            return list(cursor.fetchall())

    def _last_words(self) -> str:
        """The ends of the workers' logs."""
        return "\n".join(path.read_text()[-2_000:] for path in sorted(self._logs.glob("w*.log")))


def oldest_due(*, at: datetime) -> DueNow:
    """The pieces that are not done, for the policy."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST)
        count, oldest = cursor.fetchone()
        cursor.execute(MEAN)
        (mean,) = cursor.fetchone()
    return DueNow(count, oldest, None if mean is None else float(mean))


def recorded_starts(asked: Sequence[tuple[datetime, int, int]], ready: Mapping[int, datetime]) -> list[float]:
    """Seconds from asking until ready of each worker that was asked for, in that order.

    `ready` knows only the newest start of a number: of one that came twice, or that never was ready, the mean
    of the others stands in its place; nothing is told where none is known.
    """
    comes = [(number, at) for at, before, after in asked for number in range(before + 1, after + 1)]
    newest = dict(comes)
    known = {
        (number, at): (ready[number] - at).total_seconds()
        for number, at in comes
        if at == newest[number] and number in ready and ready[number] > at
    }
    if not known:
        return []
    mean = fmean(known.values())
    return [known.get(come, mean) for come in comes]


def number_of(name: str) -> int:
    """The number of the worker whose node has that name: 3 of `w3@host`."""
    return int(name.partition("@")[0].removeprefix("w"))


def _send(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [utc_now(), seconds])
        (piece,) = cursor.fetchone()
    # By the app itself: what Celery takes for the current one differs from thread to thread.
    app.send_task(wait.name, (piece, seconds), queue=QUEUE)


def _program(number: int) -> Program:
    name = f"w{number}"
    words = ("worker", "-n", node_name(name), "-Q", QUEUE, "-I", "benchmarks.drills.parts.waiting", *QUIET)
    return Program(name, (*CELERY, *words))

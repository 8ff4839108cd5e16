"""Worker processes for work that waits, and what was measured of them."""

import os
import time
from datetime import datetime
from pathlib import Path
from statistics import median

from django.db import connection

from benchmarks.drills.waiting import QUEUE, TABLE, wait
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
TAKEN = "SELECT extract(epoch FROM max(done_at) - min(begun_at)) FROM drill_piece"
# Short pieces, so that what a piece costs beside its waiting is seen.
PROBES = 25


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

    def measure(self, seconds: float, *, several: int) -> Plant:
        """How long workers take to start, alone and together, and what a piece costs; one worker stays."""
        alone = self._start(1)
        overhead = self._probe(seconds)
        together = self._start(several)
        self.pool.resize(1)
        wait_until(lambda: self.pool.look() is not None and not self.pool.ending, seconds=READY_SECONDS)
        each = max(0.0, (together[-1] - alone[0]) / max(len(together) - 1, 1))
        _clear()
        return Plant(
            workers=1,
            start_s=max(0.0, alone[0] - each),
            start_each_s=each,
            overhead_s=overhead,
            look_every_s=1.0,
        )

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

    def _start(self, size: int) -> list[float]:
        """Seconds until each that came was ready, rising."""
        before, began = self.pool.size(), time.monotonic()
        found: list[float] = []
        names = {node_name(f"w{number}") for number in range(before + 1, size + 1)}
        self.pool.resize(size)

        def look() -> bool:
            there = Node.objects.filter(name__in=names, left=False).count()
            found.extend([time.monotonic() - began] * (there - len(found)))
            return len(found) == len(names)

        if not wait_until(look, seconds=READY_SECONDS):
            raise SystemExit(f"{len(names) - len(found)} workers were not ready after {READY_SECONDS} s.")
        return found

    def _last_words(self) -> str:
        """The ends of the workers' logs."""
        return "\n".join(path.read_text()[-2_000:] for path in sorted(self._logs.glob("w*.log")))

    def _probe(self, seconds: float) -> float:
        """What a piece costs a worker beside its waiting, by many in a row."""
        found = []
        for _ in range(3):
            _clear()
            for _ in range(PROBES):
                _send(seconds / 4)
            if not wait_until(lambda: not self.left(), seconds=READY_SECONDS):
                raise SystemExit(f"Nobody does the work:\n{self._last_words()}")
            with connection.cursor() as cursor:
                cursor.execute(TAKEN)
                found.append(float(cursor.fetchone()[0]) / PROBES - seconds / 4)
        return max(0.0, median(found))


def oldest_due(*, at: datetime) -> DueNow:
    """The pieces that are not done, for the policy."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST)
        count, oldest = cursor.fetchone()
        cursor.execute(MEAN)
        (mean,) = cursor.fetchone()
    return DueNow(count, oldest, None if mean is None else float(mean))


def _send(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [utc_now(), seconds])
        (piece,) = cursor.fetchone()
    # By the app itself: what Celery takes for the current one differs from thread to thread.
    app.send_task(wait.name, (piece, seconds), queue=QUEUE)


def _clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM drill_piece")


def _program(number: int) -> Program:
    name = f"w{number}"
    words = ("worker", "-n", node_name(name), "-Q", QUEUE, "-I", "benchmarks.drills.waiting", *QUIET)
    return Program(name, (*CELERY, *words))

"""A desk that lives: real servers, a market that grows bar by bar, strategies, and real workers."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.parts.database import own_home, serving, set_up
from benchmarks.parts.market import MINUTE, market, strategies
from heliograph.engine.bars import Bars

if TYPE_CHECKING:
    from heliograph.market.models import Batch

TIMEFRAME = "1m"
COLUMNS = ("open", "high", "low", "close", "volume")
# Bars that are stored in one transaction: a history in pieces needs less memory.
PIECE = 250


@contextmanager
def servers() -> Iterator[Path]:
    """Embedded servers of our own, where PostgreSQL remembers when each transaction was committed."""
    with own_home() as home:
        with serving(home) as urls:
            _remember_commits(urls["database_url"])
        # The setting holds from this start on.
        with serving(home) as urls:
            set_up(
                DATABASE_URL=urls["database_url"],
                REDIS_URL=urls["redis_url"],
                HELIOGRAPH_HOME=str(home.path),
                HELIOGRAPH_REPLAY="0",
                HELIOGRAPH_LOG_LEVEL="WARNING",
            )
            yield home.path.parent


def _remember_commits(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")


@dataclass(slots=True)
class Desk:
    """Instruments with their candles to come; `stored` are the bars that the database has."""

    bars: Bars
    ids: list[int]
    batch: "Batch"
    versions: int
    stored: int = 0

    @classmethod
    def open(cls, *, instruments: int, versions: int, history: int, bars: int) -> "Desk":
        """A desk with a history and running strategies; nothing is evaluated yet."""
        from heliograph.market.models import Batch, Instrument, Venue
        from heliograph.signals.strategies import add_strategy

        venue = Venue.objects.create(name="bench", kind=Venue.Kind.FILE)
        batch = Batch.objects.create(venue=venue, kind=venue.kind, name="bench", started_at=datetime.now(UTC))
        made = Instrument.objects.bulk_create(
            [Instrument(venue=venue, symbol=f"C{number:05d}/USDT") for number in range(instruments)]
        )
        desk = cls(market(instruments, history + bars), [one.pk for one in made], batch, versions)
        desk.store(history)
        for text in strategies(versions):
            add_strategy(text=text, at=desk.now)
        return desk

    @property
    def now(self) -> datetime:
        """A second after the newest stored bar closed."""
        return self.time_of(self.stored - 1) + timedelta(milliseconds=MINUTE + 1000)

    @property
    def each_bar(self) -> int:
        """Evaluations of a bar by a strategy that a bar of all instruments makes."""
        return len(self.ids) * self.versions

    def time_of(self, bar: int) -> datetime:
        """The open of a bar."""
        return datetime.fromtimestamp(int(self.bars.time[bar]) / 1000, UTC)

    def store(self, count: int) -> None:
        """Store the next bars of all instruments."""
        from heliograph.market.store import store_tick

        end = self.stored + count
        while self.stored < end:
            start, self.stored = self.stored, min(self.stored + PIECE, end)
            store_tick(
                instruments=self.ids,
                timeframe=TIMEFRAME,
                candles=self.bars.slice(start, self.stored),
                batch=self.batch,
                at=self.now,
            )

    def arrive(self, pieces: int) -> Iterator[None]:
        """Store the next bar as an exchange brings it, some instruments after others, in their order."""
        from heliograph.market.store import store_tick

        self.stored += 1
        bar = self.bars.slice(self.stored - 1, self.stored)
        for rows in np.array_split(np.arange(len(self.ids)), pieces):
            store_tick(
                instruments=[self.ids[row] for row in rows],
                timeframe=TIMEFRAME,
                candles=Bars(bar.time, *(getattr(bar, name)[rows] for name in COLUMNS)),
                batch=self.batch,
                at=self.now,
            )
            yield

    def left(self) -> int:
        """Shards with instruments that are not evaluated up to the newest stored bar."""
        from django.db import connection

        newest = int(self.bars.time[self.stored - 1])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), count(*) FILTER (WHERE %s > ANY(watermarks)) FROM signals_progress",
                [newest],
            )
            shards, behind = cursor.fetchone()
        return behind if shards else 1


@contextmanager
def workers(count: int, *, folder: Path, outside: bool = False) -> Iterator[list[int]]:
    """So many real workers of the quick queues, registered, and the timetable; yields their processes.

    `outside`: one more serves the other queues.
    """
    from heliograph.fleet.nodes import alive
    from heliograph.kit.clock import utc_now
    from heliograph.kit.tied import start_tied
    from heliograph.kit.wait import wait_until
    from heliograph.workers.programs import beat, worker
    from heliograph.workers.queues import OUTSIDE, QUICK

    started: list[subprocess.Popen[bytes]] = []
    try:
        with open(folder / "workers.log", "ab") as log:
            programs = [beat(), *(worker(f"worker-{number}", QUICK) for number in range(1, count + 1))]
            if outside:
                programs.append(worker("outside", OUTSIDE))
            for program in programs:
                started.append(start_tied(program.command, log=log, env=dict(os.environ)))
        if not wait_until(lambda: len(alive(at=utc_now())) >= count + outside, seconds=120, every=0.25):
            raise SystemExit(f"The workers did not come: {_last_words(folder / 'workers.log')}")
        yield [process.pid for process in started]
    finally:
        _end(started)


def _end(started: Sequence["subprocess.Popen[bytes]"]) -> None:
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _last_words(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").splitlines()[-5:])

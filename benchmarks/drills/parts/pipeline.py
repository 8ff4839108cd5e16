"""The pipeline of the drills: real servers, workers and beats on one market, and what their rows say."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from select import select

import psutil
import psycopg
import redis

from benchmarks.drills.parts import feed
from benchmarks.drills.parts.databases import Row, contents, copy_database
from benchmarks.drills.parts.receiver import Receiver
from heliograph.kit.embedded import Home
from heliograph.kit.embedded.connect import embedded
from heliograph.kit.wait import wait_until
from heliograph.workers.children import Child
from heliograph.workers.programs import Program, beat, worker
from heliograph.workers.queues import QUICK

SECRET = "whsec_" + "ZHJpbGxkcmlsbGRyaWxsZHJpbGxkcmlsbA=="
TEMPLATE = "drill_template"
# What waits for others needs one process here: the receiver answers at once.
SLOW = ("ingest", "notices", "research")
APP = "heliograph.workers.app"
LOOK_SECONDS = 0.05
DONE_SECONDS = 120.0

# Watermarks against the newest bars.
BEHIND = """
SELECT count(*) FROM signals_progress p
CROSS JOIN LATERAL unnest(p.instruments, p.watermarks) AS i(instrument, watermark)
JOIN market_series s ON s.instrument_id = i.instrument
WHERE s.last_open > timestamptz 'epoch' + i.watermark * interval '1 ms'
"""
UNSENT = """
SELECT (SELECT count(*) FROM notices_notice WHERE NOT spread)
     + (SELECT count(*) FROM notices_delivery WHERE state = 'pending')
"""


LEDGER = """
SELECT kind, key, state, tries || ' tries', interruptions || ' interruptions', 'on ' || node, error,
       right(traceback, 400)
FROM fleet_work ORDER BY kind, key
"""


class NotDone(AssertionError):
    """The pipeline did not come to its end."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Servers with the market of the drill ready in a template database."""

    home: Path
    url: str
    redis_url: str

    def environment(self, url: str) -> dict[str, str]:
        """That of a program on one of the databases."""
        return {
            **os.environ,
            "HELIOGRAPH_HOME": str(self.home),
            "DATABASE_URL": url,
            "REDIS_URL": self.redis_url,
            "HELIOGRAPH_SECRET_KEY": "drill",
            "HELIOGRAPH_REPLAY": "0",
            "HELIOGRAPH_LOG_LEVEL": "WARNING",
            feed.SECRET_ENV: SECRET,
        }

    def fresh(self, name: str) -> str:
        """A copy of the market in a database of that name, and empty queues; returns its URL."""
        with redis.Redis.from_url(self.redis_url) as client:
            client.flushall()
        return copy_database(self.url, name, of=TEMPLATE)


@contextmanager
def ground(home: Path, receiver: Receiver) -> Iterator[Ground]:
    """Servers of a home, for a block, with the market made ready."""
    with embedded(Home.open(home)) as urls:
        yield prepared(Ground(home, urls["database_url"], urls["redis_url"]), receiver)


def prepared(place: Ground, receiver: Receiver) -> Ground:
    """Servers with the market made ready."""
    url = copy_database(place.url, TEMPLATE, of="template0")
    command = [sys.executable, "-m", "benchmarks.drills.parts.feed", "prepare", str(receiver.port)]
    subprocess.run(command, env=place.environment(url), check=True)
    return place


@dataclass(slots=True)
class Feeder:
    """A process that stores bars as it is asked to."""

    process: "subprocess.Popen[str]"

    @classmethod
    @contextmanager
    def running(cls, env: dict[str, str]) -> "Iterator[Feeder]":
        """A feeder that is ready, for a block."""
        command = [sys.executable, "-m", "benchmarks.drills.parts.feed", "live"]
        with subprocess.Popen(
            command, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            feeder = cls(process)
            feeder._hear()
            yield feeder
            assert process.stdin
            process.stdin.close()

    def feed(self, bars: int, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Store so many bars of all instruments in one transaction, doing `meanwhile` until it is stored."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{bars}\n")
        self.process.stdin.flush()
        while not select([self.process.stdout], [], [], LOOK_SECONDS)[0]:
            meanwhile()
        self._hear()

    def _hear(self) -> None:
        assert self.process.stdout
        if not self.process.stdout.readline():
            raise NotDone("The feeder ended.")


@dataclass(slots=True)
class Pipeline:
    """Programs that are started again as soon as they die."""

    url: str
    children: dict[str, Child] = field(default_factory=dict)

    def look(self) -> None:
        """Start again what has died."""
        for child in self.children.values():
            child.look()

    def wait_until_up(self, *, seconds: float = DONE_SECONDS) -> None:
        """Wait until each worker has its processes; NotDone if that does not come."""
        workers = [child for child in self.children.values() if child.program.has_pulse]

        def up() -> bool:
            self.look()
            return all(child.pid and psutil.Process(child.pid).children() for child in workers)

        if not wait_until(up, seconds=seconds, every=0.1):
            raise NotDone(f"The workers are not up after {seconds:.0f} seconds. {_last_words(workers[0])}")

    def left(self) -> tuple[int, int]:
        """How many series are behind, and how many notices are not delivered."""
        with psycopg.connect(self.url) as connection:
            behind, unsent = (
                int(connection.execute(question.encode()).fetchall()[0][0]) for question in (BEHIND, UNSENT)
            )
        return behind, unsent

    def wait_until_evaluated(self) -> None:
        """Wait until all bars are evaluated; NotDone if that stops short."""
        self._wait(lambda left: left[0])

    def wait_until_done(self, *, within: float | None = None) -> None:
        """Wait until all is evaluated and delivered; NotDone if that stops short or takes longer."""
        self._wait(sum, within=within)

    def _wait(self, of: Callable[[tuple[int, int]], int], *, within: float | None = None) -> None:
        """A busy machine may take long: it is given up when nothing more was done for DONE_SECONDS."""
        began = moved = time.monotonic()
        fewest: int | None = None
        while True:
            self.look()
            now = time.monotonic()
            # A server that was killed a moment ago may still be recovering: that takes of the same time.
            with suppress(psycopg.OperationalError):
                left = of(self.left())
                if not left:
                    return
                if fewest is None or left < fewest:
                    fewest, moved = left, now
            if now - began > within if within else now - moved > DONE_SECONDS:
                behind, unsent = self.left()
                raise NotDone(
                    f"{behind} series are behind and {unsent} notices unsent after {now - began:.0f} s. "
                    f"The ledger: {self._ledger() or 'empty'}."
                )
            time.sleep(0.1)

    def _ledger(self) -> str:
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(LEDGER).fetchall()
        return "; ".join(" ".join(map(str, row)) for row in rows)


def _last_words(child: Child) -> str:
    """The end of its log: who refuses to start says why."""
    lines = child.log.read_text().strip().splitlines()
    return f"{child.program.name}: {lines[-1]}" if lines else ""


def programs(*, workers: int, beats: int, app: str = APP) -> list[Program]:
    """Workers of the quick queues, one of the slow ones, and beats of which one leads."""
    found = [
        *(worker(f"worker-{number + 1}", QUICK) for number in range(workers)),
        worker("outside", SLOW),
        *(replace(beat(), name=f"beat-{number + 1}") for number in range(beats)),
    ]
    return [
        replace(one, command=tuple(app if word == APP else word for word in one.command)) for one in found
    ]


@contextmanager
def running(
    place: Ground,
    url: str,
    *,
    workers: int = 2,
    beats: int = 2,
    extra: dict[str, str] | None = None,
    app: str = APP,
) -> Iterator[Pipeline]:
    """The pipeline on a database, for a block; `app` is another module with the application of Celery."""
    env = place.environment(url) | (extra or {})
    logs = Home.open(place.home).logs
    pipeline = Pipeline(url)
    try:
        for program in programs(workers=workers, beats=beats, app=app):
            child = Child(program, env=env, log=logs / f"{program.name}.log", longest_pause=0.1)
            pipeline.children[program.name] = child
            child.start()
        yield pipeline
    finally:
        for child in pipeline.children.values():
            child.ask_to_end()
        for child in pipeline.children.values():
            child.end(seconds=10)


def undisturbed(
    place: Ground, receiver: Receiver, *, bars: int, workers: int = 1, extra: dict[str, str] | None = None
) -> dict[str, list[Row]]:
    """What the rows say of a run over that many bars in which nothing goes wrong."""
    url = place.fresh("drill_undisturbed")
    with running(place, url, workers=workers, beats=1, extra=extra) as pipeline:
        feed_at_pace(place, pipeline, bars=bars, seconds=0.0, extra=extra)
        pipeline.wait_until_done()
    return seen(url, receiver)


def feed_at_pace(
    place: Ground,
    pipeline: Pipeline,
    *,
    bars: int,
    seconds: float,
    each: Callable[[], None] = lambda: None,
    extra: dict[str, str] | None = None,
) -> None:
    """Store so many bars one after another within about so many seconds, doing `each` all the while."""
    began = time.monotonic()
    with Feeder.running(place.environment(pipeline.url) | (extra or {})) as feeder:

        def watch() -> None:
            pipeline.look()
            each()

        for number in range(bars):
            # A feeder whose database was taken away waits for what `each` does.
            feeder.feed(1, meanwhile=watch)
            while True:
                watch()
                rest = began + seconds * (number + 1) / bars - time.monotonic()
                if rest <= 0:
                    break
                time.sleep(min(rest, LOOK_SECONDS))


def seen(url: str, receiver: Receiver) -> dict[str, list[Row]]:
    """What must be the same after any disturbance: rows, and what a receiver was told."""
    told: Sequence[Row] = receiver.notices()
    found = contents(url) | {"told": list(told)}
    receiver.clear()
    return found


def evaluated_bars(url: str) -> int:
    """How many bars were evaluated so far, over all shards."""
    with psycopg.connect(url) as connection:
        return int(
            connection.execute("SELECT coalesce(sum(bars), 0) FROM signals_evaluation").fetchall()[0][0]
        )

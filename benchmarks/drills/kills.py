"""1,000 random `kill -9` over workers, leaders and their children while 16,000 bars are evaluated.

`python -m benchmarks.drills.kills [KILLS]`: afterwards rows and notices must be those of an undisturbed run.
"""

import argparse
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from benchmarks.drills.parts import feed
from benchmarks.drills.parts.command import run_in_folder
from benchmarks.drills.parts.databases import differences, lost_and_doubled, open_doors
from benchmarks.drills.parts.pipeline import (
    Pipeline,
    feed_at_pace,
    ground,
    running,
    seen,
    undisturbed,
)
from benchmarks.drills.parts.receiver import receiving

# Most often a child: the main process of a worker and a beat take seconds to be back.
SHARES = {"child": 0.70, "worker": 0.18, "leader": 0.12}
SECONDS_PER_KILL = 0.42
COUNTS = """
SELECT (SELECT coalesce(sum(bars), 0) FROM signals_evaluation WHERE started_at >= %(since)s),
       (SELECT count(*) FROM signals_signal), (SELECT coalesce(sum(pieces), 0) FROM fleet_rescue),
       (SELECT count(*) FROM fleet_work WHERE state IN ('parked', 'dropped'))
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What a drill found. `evaluations` are bars of the disturbed run, `repeats` what receivers discard."""

    drill: str
    kills: int
    evaluations: int
    lost: int
    doubled: int
    seconds: float
    by_kind: dict[str, int]
    signals: int
    notices: int
    repeats: int
    rescued: int
    parked: int
    wrong: list[str]


class Killer:
    """Kills at random moments, evenly over the time that the drill has."""

    def __init__(self, pipeline: Pipeline, *, kills: int, seed: int, say: Callable[[str], None]) -> None:
        self.killed: Counter[str] = Counter()
        self._pipeline, self._wanted, self._say = pipeline, kills, say
        self._dice = random.Random(seed)
        self._due = time.monotonic()

    @property
    def done(self) -> bool:
        """True if there were as many kills as wanted."""
        return self.killed.total() >= self._wanted

    def __call__(self) -> None:
        """Kill if it is time for it; a process that was not there any more does not count."""
        if self.done or time.monotonic() < self._due:
            return
        self._due += self._dice.expovariate(1 / SECONDS_PER_KILL)
        there = {kind: victims for kind in SHARES if (victims := self._victims(kind))}
        if not there:
            return
        kind = self._dice.choices(list(there), [SHARES[one] for one in there])[0]
        if _kill(self._dice.choice(there[kind])):
            self.killed[kind] += 1
            if self.killed.total() % 50 == 0:
                self._say(f"{self.killed.total()} kills: {dict(self.killed)}")

    def _victims(self, kind: str) -> list[psutil.Process]:
        found = {
            name: psutil.Process(child.pid)
            for name, child in self._pipeline.children.items()
            if child.pid and psutil.pid_exists(child.pid)
        }
        beats = [process for name, process in found.items() if name.startswith("beat")]
        workers = [process for name, process in found.items() if not name.startswith("beat")]
        if kind == "child":
            return [child for process in workers for child in _children(process)]
        return beats if kind == "leader" else workers


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> bool:
    """True if the process was alive and is killed by this."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return False
    return True


def drill(home: Path, *, kills: int, bars: int, seed: int, say: Callable[[str], None]) -> Report:
    """Kill that often while so many bars of all instruments come."""
    with receiving() as receiver, ground(home, receiver) as place:
        say("the undisturbed run")
        expected = undisturbed(place, receiver, bars=bars)
        say(f"{len(expected['signals'])} signals; now with {kills} kills")
        began = time.monotonic()
        url = place.fresh("drill_kills")
        since = _now(url)
        with running(place, url) as pipeline:
            pipeline.wait_until_up()
            killer = Killer(pipeline, kills=kills, seed=seed, say=say)
            feed_at_pace(place, pipeline, bars=bars, seconds=kills * SECONDS_PER_KILL, each=killer)
            while not killer.done:
                pipeline.look()
                killer()
                time.sleep(0.02)
            pipeline.wait_until_done()
        repeats = receiver.repeats
        found = seen(url, receiver)
        return _report(url, since, found, expected, killer, repeats, time.monotonic() - began)


def _now(url: str) -> object:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT now()").fetchone()
    assert found
    return found[0]


def _report(url, since, found, expected, killer, repeats, seconds) -> Report:
    lost, doubled = lost_and_doubled(found, expected)
    with psycopg.connect(url) as connection:
        row = connection.execute(COUNTS, {"since": since}).fetchone()
    assert row
    evaluations, signals, rescued, parked = map(int, row)
    return Report(
        drill="kills",
        kills=killer.killed.total(),
        evaluations=evaluations,
        lost=lost,
        doubled=doubled,
        seconds=round(seconds, 1),
        by_kind=dict(killer.killed),
        signals=signals,
        notices=len(found["told"]),
        repeats=repeats,
        rescued=rescued,
        parked=parked,
        wrong=[*differences(found, expected), *open_doors(url)],
    )


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=1_000)
    parser.add_argument("--bars", type=int, default=feed.LIVE)
    parser.add_argument("--seed", type=int, default=20_261_125)
    asked = parser.parse_args()

    report = run_in_folder(
        lambda home, say: drill(home, kills=asked.kills, bars=asked.bars, seed=asked.seed, say=say)
    )
    sys.exit(bool(report.wrong or report.kills < asked.kills))


if __name__ == "__main__":
    main()

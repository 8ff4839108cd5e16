"""Takes one guard of the pipeline out at a time; the checks of the other drills must notice each.

`python -m benchmarks.drills.mutants`: workers are killed, Redis is emptied behind the last ring, and two
processes advance the same shards without asking the ledger. With all guards in place nothing may be noticed.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.drills.kills import Killer
from benchmarks.drills.parts import feed
from benchmarks.drills.parts.command import run_in_folder
from benchmarks.drills.parts.databases import Row, differences, open_doors
from benchmarks.drills.parts.pipeline import (
    Ground,
    NotDone,
    Pipeline,
    feed_at_pace,
    ground,
    running,
    seen,
    undisturbed,
)
from benchmarks.drills.parts.receiver import Receiver, receiving
from benchmarks.drills.parts.rogue import READY
from heliograph.kit.tied import start_tied
from heliograph.kit.wait import wait_until

NO_KEY = "no unique key"
MUTANTS = (NO_KEY, "no fencing", "early ack", "no reconciler")
ROGUES_LOG = "rogues.log"
APP = "benchmarks.drills.parts.mutated"
BARS, SILENT_BARS, KILLS, ROGUES = 40, 4, 12, 2
SECONDS_PER_KILL = 0.8
UP_SECONDS, DONE_SECONDS = 60.0, 60.0


class RogueEnded(Exception):
    """The drill proves nothing: who should have disturbed the pipeline was not there."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was noticed of each mutant; `unmutated` must be empty."""

    drill: str
    mutants: int
    caught: int
    seconds: float
    noticed: dict[str, list[str]]
    unmutated: list[str]


def drill(home: Path, *, bars: int, seed: int, say: Callable[[str], None]) -> Report:
    """Try the pipeline whole, then each mutant."""
    began = time.monotonic()
    with receiving() as receiver, ground(home, receiver) as place:
        say("the undisturbed run")
        expected = undisturbed(place, receiver, bars=bars)
        noticed = {}
        for name in ("", *MUTANTS):
            noticed[name] = _noticed(place, receiver, expected, name, bars=bars, seed=seed)
            say(f"{name or 'unmutated'}: {noticed[name] or 'nothing noticed'}")
    unmutated = noticed.pop("")
    caught = sum(bool(found) for found in noticed.values())
    return Report("mutants", len(noticed), caught, round(time.monotonic() - began, 1), noticed, unmutated)


def _noticed(
    place: Ground, receiver: Receiver, expected: dict[str, list[Row]], name: str, *, bars: int, seed: int
) -> list[str]:
    """What the checks say of a pipeline without that guard, a line each."""
    url = place.fresh("drill_mutant")
    if name == NO_KEY:
        _drop_key(url)
    extra = {"DRILL_MUTANT": name}
    with running(place, url, beats=1, extra=extra, app=APP) as made:
        try:
            made.wait_until_up(seconds=UP_SECONDS)
            complaints = _disturb(place, made, extra, bars=bars, seed=seed)
            made.wait_until_done(within=DONE_SECONDS)
        except NotDone as fault:
            receiver.clear()
            return [str(fault)]
    found = seen(url, receiver)
    noticed = complaints[:1] + differences(found, expected) + open_doors(url)
    return [line[:200] for line in noticed]


@contextmanager
def _rogues(place: Ground, url: str, extra: dict[str, str]) -> Iterator[None]:
    """Processes that go round the ledger, for a block; RogueEnded if one of them ended by itself."""
    command = [sys.executable, "-m", "benchmarks.drills.parts.rogue"]
    with open(place.home / ROGUES_LOG, "wb") as log:
        made = [start_tied(command, log=log, env=place.environment(url) | extra) for _ in range(ROGUES)]
        try:
            if not wait_until(lambda: _log(place).count(READY) == ROGUES, seconds=UP_SECONDS, every=0.1):
                raise RogueEnded(f"They are not up after {UP_SECONDS:.0f} seconds.")
            yield
            if any(process.poll() is not None for process in made):
                raise RogueEnded(_log(place)[-1])
        finally:
            for process in made:
                process.kill()
                process.wait()


def _log(place: Ground) -> list[str]:
    """The lines of the rogues: who is fenced off goes without a word, who is not runs into what is stored."""
    return (place.home / ROGUES_LOG).read_text().splitlines()


def _disturb(place: Ground, made: Pipeline, extra: dict[str, str], *, bars: int, seed: int) -> list[str]:
    """Kill while bars come and two processes go round the ledger; then lose the messages of the last bars.

    Returns what those processes complained of.
    """
    killer = Killer(made, kills=KILLS, seed=seed, say=lambda _: None)
    with _rogues(place, made.url, extra):
        feed_at_pace(
            place, made, bars=bars - SILENT_BARS, seconds=KILLS * SECONDS_PER_KILL, each=killer, extra=extra
        )
    made.wait_until_up()
    silent = extra | {feed.SILENT_ENV: "1"}
    feed_at_pace(place, made, bars=SILENT_BARS, seconds=0.0, extra=silent)
    return [line for line in _log(place) if line != READY]


def _drop_key(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE signals_signal DROP CONSTRAINT one_signal_per_bar")


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, default=BARS)
    parser.add_argument("--seed", type=int, default=20_261_125)
    asked = parser.parse_args()

    report = run_in_folder(lambda home, say: drill(home, bars=asked.bars, seed=asked.seed, say=say))
    sys.exit(bool(report.unmutated or report.caught < report.mutants))


if __name__ == "__main__":
    main()

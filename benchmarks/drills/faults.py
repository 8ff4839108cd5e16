"""100 mixed faults of Redis, PostgreSQL and the lines to them, while bars come.

`python -m benchmarks.drills.faults [FAULTS]`: Redis is killed or emptied, PostgreSQL crashes, a proxy before
each stalls, swallows or cuts; within 60 seconds of the last fault rows and notices must be those of an
undisturbed run.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drills.parts import feed
from benchmarks.drills.parts.command import run_in_folder
from benchmarks.drills.parts.databases import differences, lost_and_doubled, open_doors, url_of
from benchmarks.drills.parts.pipeline import (
    Ground,
    evaluated_bars,
    feed_at_pace,
    prepared,
    running,
    seen,
    undisturbed,
)
from benchmarks.drills.parts.receiver import receiving
from benchmarks.drills.parts.server_faults import Mend, server_faults
from benchmarks.drills.parts.servers import Servers, servers

SECONDS_PER_FAULT = 2.0
# As the worst of networks do: long enough for time-outs to strike.
LENGTHS = (0.2, 1.5)
CLEARED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a drill found; `cleared_seconds` is how long after the last fault all was done."""

    drill: str
    faults: int
    lost: int
    doubled: int
    cleared_seconds: float
    seconds: float
    by_kind: dict[str, int]
    evaluations: int
    repeats: int
    wrong: list[str]


class Trouble:
    """Makes one fault after another, at random moments; each ends before the next begins."""

    def __init__(self, made: Servers, *, faults: int, seed: int, say: Callable[[str], None]) -> None:
        self.made: Counter[str] = Counter()
        self._wanted, self._say = faults, say
        self._dice = random.Random(seed)
        self._due = time.monotonic()
        self._mend: Mend | None = None
        self._kinds = server_faults(made)

    @property
    def done(self) -> bool:
        """True if there were as many faults as wanted, and all are over."""
        return self.made.total() >= self._wanted and self._mend is None

    def __call__(self) -> None:
        """Begin or end a fault if it is time for it."""
        if self.done or time.monotonic() < self._due:
            return
        if self._mend:
            self._mend()
            self._mend = None
            self._due += self._dice.expovariate(1 / (SECONDS_PER_FAULT - sum(LENGTHS) / 2))
            return
        name = self._dice.choice(list(self._kinds))
        self._mend = self._kinds[name]()
        self.made[name] += 1
        self._due = time.monotonic() + self._dice.uniform(*LENGTHS)
        if self.made.total() % 20 == 0:
            self._say(f"{self.made.total()} faults: {dict(self.made)}")


def drill(home: Path, *, faults: int, bars: int, seed: int, say: Callable[[str], None]) -> Report:
    """Make that many faults while so many bars of all instruments come."""
    with receiving() as receiver, servers(home) as made:
        place = prepared(Ground(home, made.direct["database_url"], made.direct["redis_url"]), receiver)
        say("the undisturbed run")
        expected = undisturbed(place, receiver, bars=bars)
        say(f"{len(expected['signals'])} signals; now with {faults} faults")
        began = time.monotonic()
        url = place.fresh("drill_faults")
        history = evaluated_bars(url)
        through = url_of(made.through["database_url"], "drill_faults")
        lines = {"DATABASE_URL": through, "REDIS_URL": made.through["redis_url"]}
        with running(place, url, extra=lines) as pipeline:
            pipeline.wait_until_up()
            trouble = Trouble(made, faults=faults, seed=seed, say=say)
            # The bars come round the proxies: they are what the world does, not what is tried.
            feed_at_pace(place, pipeline, bars=bars, seconds=faults * SECONDS_PER_FAULT, each=trouble)
            while not trouble.done:
                pipeline.look()
                trouble()
                time.sleep(0.02)
            over = time.monotonic()
            say(f"the last fault is over: {dict(trouble.made)}")
            pipeline.wait_until_done(within=CLEARED_SECONDS)
            cleared = time.monotonic() - over
        repeats = receiver.repeats
        found = seen(url, receiver)
        evaluated = evaluated_bars(url) - history
        wrong = [*differences(found, expected), *open_doors(url)]
    lost, doubled = lost_and_doubled(found, expected)
    return Report(
        drill="faults",
        faults=trouble.made.total(),
        lost=lost,
        doubled=doubled,
        cleared_seconds=round(cleared, 1),
        seconds=round(time.monotonic() - began, 1),
        by_kind=dict(trouble.made),
        evaluations=evaluated,
        repeats=repeats,
        wrong=wrong,
    )


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", type=int, nargs="?", default=100)
    parser.add_argument("--bars", type=int, default=feed.LIVE // 2)
    parser.add_argument("--seed", type=int, default=20_261_125)
    asked = parser.parse_args()

    report = run_in_folder(
        lambda home, say: drill(home, faults=asked.faults, bars=asked.bars, seed=asked.seed, say=say)
    )
    sys.exit(bool(report.wrong))


if __name__ == "__main__":
    main()

"""A database that is lost, and its synchronous standby that takes over.

`python -m benchmarks.drills.disasters`: bars come all the while. Afterwards rows and notices must be those of
an undisturbed run: no signal that was acknowledged is lost.
"""

import argparse
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drills.parts.command import Say, run_in_folder
from benchmarks.drills.parts.databases import differences, lost_and_doubled
from benchmarks.drills.parts.pipeline import (
    Ground,
    feed_at_pace,
    prepared,
    running,
    seen,
    undisturbed,
)
from benchmarks.drills.parts.receiver import receiving
from benchmarks.drills.parts.servers import Servers, servers
from benchmarks.drills.parts.standby import both, standing_by

FAIL_OVER = "failover"


@dataclass(frozen=True, slots=True)
class Found:
    """What one disaster came to."""

    disaster: str
    happened: str
    signals: int
    lost: int
    doubled: int
    seconds: float
    wrong: list[str]


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found."""

    drill: str
    found: list[Found]


def drill(home: Path, *, names: tuple[str, ...], bars: int, say: Say) -> Report:
    """Let these happen, each to a run of so many bars of its own."""
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving())
        made = stack.enter_context(servers(home))
        place = prepared(Ground(home, made.direct["database_url"], made.direct["redis_url"]), receiver)
        say("the undisturbed run")
        expected = undisturbed(place, receiver, bars=bars)
        found = []
        for name in names:
            began = time.monotonic()
            url = place.fresh(f"drill_{name}")
            url, happened = _lost_primary(stack, home, made, place, url, bars=bars)
            rows = seen(url, receiver)
            lost, doubled = lost_and_doubled(rows, expected)
            wrong, took = differences(rows, expected), round(time.monotonic() - began, 1)
            found.append(Found(name, happened, len(rows["signals"]), lost, doubled, took, wrong))
            say(f"{name}: {happened}; lost {lost}, doubled {doubled}")
    return Report("disasters", found)


def _lost_primary(
    stack: ExitStack, home: Path, made: Servers, place: Ground, url: str, *, bars: int
) -> tuple[str, str]:
    """Kill the primary in the middle and promote its standby; returns the URL of what is left.

    The last disaster: nobody may start the old primary again.
    """
    name = url.partition("?")[0].rpartition("/")[2]
    standby = stack.enter_context(standing_by(home, made))
    with running(place, both(made, standby, name)) as pipeline:
        pipeline.wait_until_up()
        feed_at_pace(place, pipeline, bars=bars // 2, seconds=2)
        made.postgres.process.kill()
        made.postgres.process.wait()
        began = time.monotonic()
        standby.promote()
        took = time.monotonic() - began
        feed_at_pace(place, pipeline, bars=bars - bars // 2, seconds=2)
        pipeline.wait_until_done()
    happened = (
        f"the primary was killed; its synchronous standby took writes {took:.1f} s after it was promoted"
    )
    return standby.url(name), happened


def main() -> None:
    """Run the drill, its progress on stderr, and print what it found as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = (FAIL_OVER,)
    parser.add_argument("names", nargs="*", choices=[*known, []], default=[], metavar="NAME")
    parser.add_argument("--bars", type=int, default=40)
    asked = parser.parse_args()
    names = tuple(asked.names) or known
    report = run_in_folder(lambda home, say: drill(home, names=names, bars=asked.bars, say=say))
    sys.exit(any(one.lost or one.doubled or one.wrong for one in report.found))


if __name__ == "__main__":
    main()

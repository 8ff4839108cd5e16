"""Two hundred processes, each started anew, ask one cold key: it is computed once.

`python -m benchmarks.drills.cache_herd [--processes N]`: they import first, and are let go at one moment.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.drills.parts.command import Say, run
from benchmarks.parts.database import own_home, serving

ASK = """
import os, sys, time
from heliograph.kit.cache import cache, cached

@cached(key="herd:{name}", ttl=60)
def compute(name: str) -> int:
    with open(sys.argv[1], "a") as file:
        file.write("once\\n")
    time.sleep(1)
    return os.getpid()

sys.stdin.read(1)
print(compute("one"))
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What the drill found. `computed` is how often, `answers` are different ones, `failed` processes."""

    drill: str
    processes: int
    computed: int
    answers: int
    failed: int
    seconds: float


def herd(count: int, folder: Path, urls: Mapping[str, str], say: Say) -> Report:
    """Start them, let them go at once, those first that have imported, and compare what they got."""
    place = {"REDIS_URL": urls["redis_url"], "DATABASE_URL": urls["database_url"]}
    calls, (gate, opened) = folder / "calls", os.pipe()
    children = []
    for _ in range(count):
        children.append(
            subprocess.Popen(
                [sys.executable, "-c", ASK, str(calls)],
                env={**os.environ, **place},
                stdin=gate,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    os.close(gate)
    say(f"{count} processes are started")
    begin = time.perf_counter()
    os.write(opened, b"x" * count)
    os.close(opened)
    answers = {child.communicate()[0].strip() for child in children}
    return Report(
        drill="cache-herd",
        processes=count,
        computed=len(calls.read_text().split()),
        answers=len(answers),
        failed=sum(child.returncode != 0 for child in children),
        seconds=round(time.perf_counter() - begin, 2),
    )


def main() -> None:
    """Run the herd in a home of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=200)
    asked = parser.parse_args()
    with own_home() as home, serving(home) as urls:
        report = run(lambda say: herd(asked.processes, home.path.parent, urls, say))
    sys.exit((report.computed, report.answers, report.failed) != (1, 1, 0))


if __name__ == "__main__":
    main()

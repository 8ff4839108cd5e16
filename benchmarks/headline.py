"""What the care is worth, on and off in one run: indexes, cache, the pipeline beside the naive way, memory.

`python -m benchmarks.headline [--signals N]`. What the programs of the pipeline and of the cache measure is
taken from them; it ends with what fell short of its goal.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Any

import django
import psutil

from benchmarks.parts.database import database
from benchmarks.parts.desk import Desk, servers, workers
from benchmarks.parts.indexed import with_and_without
from benchmarks.parts.market import strategies
from benchmarks.parts.years import fill
from benchmarks.peers import naive
from benchmarks.pipeline import HISTORY, Pace, ring_and_wait, tick
from heliograph.cli.output import show_table

MB = 1 << 20
VERSIONS = 5
# A bar of all instruments comes so often: as in the benchmark of the pipeline, and where bars are minutes.
PACES = {"a bar every 2 s": 2.0, "a bar a minute": 60.0}
NAIVE_INSTRUMENTS = 25
PEAK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Headline:
    """One line: how it is without the care, how with it, and what is gained beside the goal."""

    name: str
    off: float
    on: float
    unit: str
    gain: float
    goal: float
    says: str

    @property
    def is_met(self) -> bool:
        """Whether the gain reaches the goal."""
        return self.gain >= self.goal


def less(name: str, off: float, on: float, unit: str, goal: float) -> Headline:
    """A line of what should become less; the gain is the share that is saved, in percent."""
    gain = 100 * (1 - on / off)
    return Headline(name, off, on, unit, gain, goal, f"{gain:.1f} % less")


def run(program: str, *options: str) -> dict[str, Any]:
    """The JSON line of another benchmark."""
    command = [sys.executable, "-m", f"benchmarks.{program}", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def alone(measure: Callable[..., Any], *asked: object) -> Any:
    """In a process of its own, since each brings servers of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, *asked).result()


def of_indexes(signals: int) -> tuple[Headline, dict[str, dict[str, float]]]:
    """The time of our own top questions, all together."""
    with database():
        fill(signals)
        found = with_and_without(times=5)
    off, on = (sum(one[name] for one in found.values()) for name in ("without_ms", "with_ms"))
    return less("top queries, with their indexes", off, on, "ms", 60), found


def of_cache(bars: int) -> list[Headline]:
    """Answers from the cache beside computed ones, and the hits of a day."""
    found = run("cache", "--bars", f"{bars}")
    uses = [use for use in found["uses_us"].values() if "uncached" in use and "memory" in use]
    off, on = (statistics.median(use[name] for use in uses) for name in ("uncached", "memory"))
    rate = 100 * found["day"]["hit_rate"]
    return [
        less("answers, with the cache (median use)", off, on, "us", 90),
        Headline("hits of a day", 0.0, rate, "%", rate, 95, f"{rate:.1f} %"),
    ]


def of_pipeline(ticks: int) -> list[Headline]:
    """Throughput and processor time beside the naive way."""
    found = run("pipeline", "--workers", "1", "--ticks", f"{ticks}", "--outage", "0")
    plain, ours = found["naive"], found["ticks"][0]
    each_second = plain["evaluations"] / plain["seconds"]
    cpu = 1e6 * plain["cpu_seconds"] / plain["evaluations"]
    times = ours["evaluations_per_s"] / each_second
    return [
        Headline(
            "throughput",
            each_second,
            ours["evaluations_per_s"],
            "evaluations/s",
            times,
            10,
            f"{times:.0f} times",
        ),
        less("processor time of an evaluation", cpu, ours["cpu_us_each"], "us", 75),
    ]


def of_memory(instruments: int) -> list[Headline]:
    """The most memory of a worker with its children, and of as many naive processes as keep up with it, at
    each pace.

    Both forked from one that has loaded what they need, as a pool of workers is. The worker keeps the state
    of all it evaluates, at whatever pace: it is at its quickest here, and has caught up its history before.
    """
    with servers() as folder:
        desk = Desk.open(instruments=instruments, versions=VERSIONS, history=HISTORY, bars=10)
        with workers(1, folder=folder) as processes, Peak(processes[1]) as ours:
            ring_and_wait(desk, seconds=600)
            tick(desk, Pace(ticks=5, every=min(PACES.values()), pieces=1))
        moment = desk.time_of(desk.stored - 1)
        versions = alone(_added_versions, strategies(VERSIONS), moment)
        some = desk.ids[:NAIVE_INSTRUMENTS]
        seconds_each = alone(_naive_seconds, some, versions, moment)
        lines = []
        for pace, every in PACES.items():
            count = math.ceil(desk.each_bar * seconds_each / every)
            # Each takes one instrument after the other.
            told = {"instruments": desk.ids[: 2 * count], "versions": versions}
            theirs = _naive_memory(count, moment, json.dumps(told))
            name = f"memory, {pace}: {count} naive processes that keep up, a worker"
            lines.append(less(name, theirs / MB, ours.most / MB, "MB", 40))
    return lines


def _naive_memory(count: int, moment: datetime, told: str) -> float:
    """The most bytes of so many naive processes."""
    program = [sys.executable, "-m", "benchmarks.parts.naive_pool"]
    command = [*program, f"{count}", f"{moment.timestamp()}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as pool, Peak(pool.pid) as found:
        pool.communicate(told)
    if pool.returncode:
        raise SystemExit("The naive processes failed.")
    return found.most


class Peak:
    """The most bytes that a process and what it started took together; what several share counts once."""

    def __init__(self, root: int) -> None:
        self.most = 0.0
        self._root = psutil.Process(root)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(PEAK_SECONDS):
            with suppress(psutil.NoSuchProcess):
                all_of_them = (self._root, *self._root.children(recursive=True))
                self.most = max(self.most, sum(each.memory_full_info().pss for each in all_of_them))


def _added_versions(texts: list[str], moment: datetime) -> list[int]:
    _set_up()
    return naive.add_versions(texts, at=moment)


def _naive_seconds(instruments: list[int], versions: list[int], moment: datetime) -> float:
    """Of an evaluation."""
    _set_up()
    found = naive.run(instruments, versions, [moment])
    return found.seconds / found.evaluations


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "heliograph.config.settings"
    django.setup()


def main() -> None:
    """Measure one thing after another, and print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, default=1_000_000, help="stored, for the indexes")
    parser.add_argument("--bars", type=int, default=60, help="of the day of the cache")
    parser.add_argument("--ticks", type=int, default=30, help="of the pipeline")
    parser.add_argument("--instruments", type=int, default=2_000, help="of the worker whose memory is read")
    asked = parser.parse_args()
    _say("top queries without and with their indexes")
    indexes, queries = alone(of_indexes, asked.signals)
    _say("memory")
    memory = alone(of_memory, asked.instruments)
    _say("cache")
    cache = of_cache(asked.bars)
    _say("pipeline")
    lines = [indexes, *cache, *of_pipeline(asked.ticks), *memory]
    show_table(
        ["", ">off", ">on", "unit", ">gain", ">goal", ""],
        [
            [
                one.name,
                f"{one.off:,.1f}",
                f"{one.on:,.1f}",
                one.unit,
                one.says,
                f"{one.goal:g}",
                "" if one.is_met else "falls short",
            ]
            for one in lines
        ],
    )
    short = [one.name for one in lines if not one.is_met]
    told = [asdict(one) | {"is_met": one.is_met} for one in lines]
    print(
        json.dumps(
            {"benchmark": "headline", **vars(asked), "lines": told, "queries": queries, "short": short}
        )
    )


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    main()

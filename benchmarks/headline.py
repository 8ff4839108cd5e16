"""What the care is worth, on and off in one run: indexes, cache, the pipeline beside the naive way, memory.

`python -m benchmarks.headline [--signals N]`. What the programs of the pipeline and of the cache measure is
taken from them; it ends with what fell short of its goal.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import Any

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
NAIVE_INSTRUMENTS, NAIVE_BARS = 25, 1


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


def of_memory(instruments: int) -> Headline:
    """The most that the naive way needs for some instruments, and a worker with its children for all."""
    with servers() as folder:
        desk = Desk.open(instruments=instruments, versions=5, history=HISTORY, bars=10)
        with workers(1, folder=folder) as processes:
            ring_and_wait(desk, seconds=600)
            tick(desk, Pace(ticks=5, every=2.0, pieces=1))
            on = sum(_proportional(pid) for pid in processes[1:])
        moment = desk.time_of(desk.stored - 1)
        asked = (desk.ids[:NAIVE_INSTRUMENTS], strategies(5), moment)
        off = alone(_naive_peak, *asked)
    return less("memory: naive way for 25 instruments, a worker for all", off / MB, on / MB, "MB", 40)


def _proportional(root: int) -> float:
    """Bytes of a process and what it started; what several share counts once."""
    one = psutil.Process(root)
    return float(sum(each.memory_full_info().pss for each in (one, *one.children(recursive=True))))


def _naive_peak(ids: list[int], texts: list[str], moment: datetime) -> float:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "heliograph.config.settings"
    django.setup()
    naive.run(ids, texts, [moment] * NAIVE_BARS)
    return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


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
    lines = [indexes, *cache, *of_pipeline(asked.ticks), memory]
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

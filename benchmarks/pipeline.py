"""From candles stored to signals committed through real workers, catching up, and both against the naive way.

A tick stores the next bar of all instruments (in several pieces, if asked to) and rings, as a poller does.
Latency is taken from PostgreSQL's own clock of commits: that of the evaluation less that of the candles,
for each shard and bar. The naive way (model instances, no cache, everything recomputed) is timed on some
instruments in the same run and scaled.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.parts.cpu import backend, cpu_of
from benchmarks.parts.cpu import servers as server_processes
from benchmarks.parts.desk import TIMEFRAME, Desk, servers, workers
from benchmarks.parts.market import strategies
from benchmarks.parts.rows import settle_down
from benchmarks.peers import naive
from heliograph.cli.output import show_table
from heliograph.engine.bars import Floats

GOAL_P99_MS, GOAL_THROUGHPUT, GOAL_CPU = 1_000.0, 10.0, 0.25
HISTORY = 500
WARM_TICKS = 3
# Each bar of each shard: from the commit of its last candle to that of the last step that evaluated it.
LATENCIES = """
    SELECT candle.open_time,
           extract(epoch FROM max(pg_xact_commit_timestamp(evaluation.xmin)) - candle.committed)
    FROM signals_evaluation AS evaluation
    JOIN (SELECT open_time, pg_xact_commit_timestamp(xmin) AS committed FROM candle
          WHERE instrument_id = %(last_instrument)s AND timeframe = %(timeframe)s
            AND open_time BETWEEN %(first)s AND %(last)s) AS candle
      ON candle.open_time BETWEEN evaluation.first_bar AND evaluation.last_bar
    WHERE evaluation.kind = 'advance'
    GROUP BY candle.open_time, candle.committed, evaluation.progress_id
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How bars come: how many, every how many seconds, in how many pieces each."""

    ticks: int
    every: float
    pieces: int


@dataclass(frozen=True, slots=True)
class Ticks:
    """Latency of shards and bars in ms; evaluations of a bar by a strategy, in a second and their CPU in us.

    `evaluations_per_s` is of the time in which all shards of a bar were done, at the median.
    """

    workers: int
    ticks: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    slowest_ms: float
    evaluations_per_s: float
    cpu_us_each: float


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """An outage made good: evaluations of a bar by a strategy in a second, and their CPU in us."""

    workers: int
    bars: int
    seconds: float
    evaluations_per_s: float
    cpu_us_each: float


def ring_and_wait(desk: Desk, *, seconds: float) -> float:
    """Ring, and wait until all is evaluated; returns how long that took."""
    from heliograph.kit.wait import wait_until
    from heliograph.workers.ring import ring

    begin = time.perf_counter()
    ring("generate_due")
    if not wait_until(lambda: not desk.left(), seconds=seconds, every=0.05):
        raise SystemExit(f"{desk.left()} shards were not evaluated within {seconds:.0f} seconds.")
    return time.perf_counter() - begin


def tick(desk: Desk, pace: Pace) -> int:
    """Store bars at even intervals, ringing behind each of their pieces; returns the first one."""
    from heliograph.workers.ring import ring

    first, begin = desk.stored, time.perf_counter()
    for number in range(pace.ticks):
        time.sleep(max(0.0, begin + number * pace.every - time.perf_counter()))
        for _ in desk.arrive(pace.pieces):
            ring("generate_due")
    ring_and_wait(desk, seconds=120)
    return first


def measure_ticks(desk: Desk, folder: Path, *, count: int, pace: Pace) -> Ticks:
    """Ticks through so many workers that were started for it and have warmed up."""
    with workers(count, folder=folder) as processes:
        ring_and_wait(desk, seconds=600)
        tick(desk, replace(pace, ticks=WARM_TICKS))
        settle_down()
        roots, own = [*processes, *server_processes()], [backend()]
        spent = cpu_of(roots) - cpu_of(own)
        first = tick(desk, pace)
        spent = cpu_of(roots) - cpu_of(own) - spent
    by_bar = latencies(desk, first)
    found = np.concatenate(list(by_bar.values()))
    evaluations = pace.ticks * desk.each_bar
    return Ticks(
        workers=count,
        ticks=pace.ticks,
        p50_ms=1000 * float(np.quantile(found, 0.5)),
        p95_ms=1000 * float(np.quantile(found, 0.95)),
        p99_ms=1000 * float(np.quantile(found, 0.99)),
        slowest_ms=1000 * float(found.max()),
        evaluations_per_s=desk.each_bar / float(np.median([of.max() for of in by_bar.values()])),
        cpu_us_each=1e6 * spent / evaluations,
    )


def latencies(desk: Desk, first: int) -> dict[object, Floats]:
    """Seconds of each shard, for each bar since `first`; all instruments of each bar must be there."""
    from django.db import connection

    values = {
        "last_instrument": desk.ids[-1],
        "timeframe": TIMEFRAME,
        "first": desk.time_of(first),
        "last": desk.time_of(desk.stored - 1),
    }
    found: dict[object, list[float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(LATENCIES, values)
        for moment, seconds in cursor.fetchall():
            found.setdefault(moment, []).append(float(seconds))
    if len(found) != desk.stored - first:
        raise SystemExit(f"{desk.stored - first} bars were stored and {len(found)} evaluated.")
    return {moment: np.array(seconds) for moment, seconds in found.items()}


def measure_catch_up(desk: Desk, folder: Path, *, count: int, bars: int) -> CaughtUp:
    """Bars come while no worker runs; then so many workers make up for them."""
    desk.store(bars)
    settle_down()
    with workers(count, folder=folder) as processes:
        roots, own = [*processes, *server_processes()], [backend()]
        spent = cpu_of(roots) - cpu_of(own)
        seconds = ring_and_wait(desk, seconds=1_800)
        spent = cpu_of(roots) - cpu_of(own) - spent
    evaluations = bars * desk.each_bar
    return CaughtUp(count, bars, seconds, evaluations / seconds, 1e6 * spent / evaluations)


def measure_naive(desk: Desk, *, instruments: int, bars: int, texts: Sequence[str]) -> naive.Naive:
    """The naive way over the newest bars of some instruments."""
    times = [desk.time_of(desk.stored - bars + bar) for bar in range(bars)]
    return naive.run(desk.ids[:instruments], naive.add_versions(texts, at=times[0]), times)


def show(ticks: Sequence[Ticks], caught_up: CaughtUp | None, plain: naive.Naive) -> None:
    """Tables for people."""
    show_table(
        [">workers", ">p50 ms", ">p95 ms", ">p99 ms", ">slowest ms", ">evaluations/s", ">CPU us each"],
        [
            [
                f"{one.workers}",
                *(f"{value:,.0f}" for value in (one.p50_ms, one.p95_ms, one.p99_ms, one.slowest_ms)),
                f"{one.evaluations_per_s:,.0f}",
                f"{one.cpu_us_each:,.1f}",
            ]
            for one in ticks
        ],
        title="Ticks: candles committed to signals committed",
    )
    print()
    rows = [["the naive way", f"{plain.evaluations / plain.seconds:,.0f}", f"{_each(plain):,.1f}"]]
    if caught_up:
        name = f"catching up {caught_up.bars:,} bars with {caught_up.workers} workers"
        rows.append([name, f"{caught_up.evaluations_per_s:,.0f}", f"{caught_up.cpu_us_each:,.2f}"])
    show_table(["", ">evaluations/s", ">CPU us each"], rows)
    print()


def ratios(ticks: Sequence[Ticks], caught_up: CaughtUp | None, plain: naive.Naive) -> dict[str, float | None]:
    """Against the naive way and the goals. One process against one worker, where that was measured."""
    first = ticks[0]
    each_second = plain.evaluations / plain.seconds
    return {
        "p99_of_goal": max(one.p99_ms for one in ticks) / GOAL_P99_MS,
        "throughput_times": first.evaluations_per_s / each_second,
        "throughput_of_goal": first.evaluations_per_s / each_second / GOAL_THROUGHPUT,
        "cpu_share": first.cpu_us_each / _each(plain),
        "cpu_of_goal": first.cpu_us_each / _each(plain) / GOAL_CPU,
        "catch_up_throughput_times": caught_up and caught_up.evaluations_per_s / each_second,
        "catch_up_cpu_share": caught_up and caught_up.cpu_us_each / _each(plain),
    }


def _each(plain: naive.Naive) -> float:
    return 1e6 * plain.cpu_seconds / plain.evaluations


def main() -> None:
    """Measure, and print tables and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=2_000)
    parser.add_argument("--strategies", type=int, default=5)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--ticks", type=int, default=60)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two ticks")
    parser.add_argument("--pieces", type=int, default=1, help="in how many transactions a bar arrives")
    parser.add_argument("--outage", type=int, default=1_440, help="bars to catch up; 0: none")
    parser.add_argument("--naive-instruments", type=int, default=25)
    parser.add_argument("--naive-bars", type=int, default=5)
    asked = parser.parse_args()
    total = asked.outage + len(asked.workers) * (asked.ticks + WARM_TICKS)
    with servers() as folder:
        _say("storing the history")
        desk = Desk.open(
            instruments=asked.instruments, versions=asked.strategies, history=HISTORY, bars=total
        )
        ticks = []
        for count in asked.workers:
            _say(f"{asked.ticks} ticks with {count} workers")
            pace = Pace(asked.ticks, asked.every, asked.pieces)
            ticks.append(measure_ticks(desk, folder, count=count, pace=pace))
        caught_up = None
        if asked.outage:
            most = max(asked.workers)
            _say(f"{asked.outage} bars to catch up with {most} workers")
            caught_up = measure_catch_up(desk, folder, count=most, bars=asked.outage)
        some = min(asked.naive_instruments, asked.instruments)
        _say(f"the naive way, {asked.naive_bars} bars of {some} instruments")
        plain = measure_naive(
            desk, instruments=some, bars=asked.naive_bars, texts=strategies(asked.strategies)
        )
    show(ticks, caught_up, plain)
    result = {
        "benchmark": "pipeline",
        **vars(asked),
        "ticks": [asdict(one) for one in ticks],
        "catch_up": caught_up and asdict(caught_up),
        "naive": asdict(plain) | {"day_hours": _day_hours(plain, asked.instruments, asked.strategies)},
        **ratios(ticks, caught_up, plain),
    }
    print(json.dumps(result))


def _day_hours(plain: naive.Naive, instruments: int, versions: int) -> float:
    """Scaled: hours that the naive way would take for a day of minute bars of all instruments."""
    return plain.seconds / plain.evaluations * instruments * versions * 1_440 / 3_600


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    main()

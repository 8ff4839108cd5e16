"""Every indicator beside TA-Lib (C) and ta-lib-takt, over one long series and over many instruments.

TA-Lib is called once per function, as its users do, and its results are dropped; ours is one plan, which
computes once what functions share, run block by block as a backtest runs it. Medians of interleaved rounds,
and the best of each, which says more on a machine that does other work too.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.parts.market import random_walk
from benchmarks.peers import Peer, environment
from benchmarks.peers.indicators import CALLS, rows_of, seconds
from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.graph import Graph
from heliograph.engine.language import parse
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner

TAKT = ("ta-lib-takt==0.8.2", "numpy")
EXPRESSIONS = {
    "sma": ["sma(close, 20)"],
    "ema": ["ema(close, 20)"],
    "wma": ["wma(close, 20)"],
    "rsi": ["rsi(close, 14)"],
    "macd": ["macd(close, 12, 26, 9)", "macd_signal(close, 12, 26, 9)", "macd_hist(close, 12, 26, 9)"],
    "stddev": ["stddev(close, 20)"],
    "bbands": ["bb_upper(close, 20, 2)", "bb_mid(close, 20, 2)", "bb_lower(close, 20, 2)"],
    "true_range": ["true_range()"],
    "atr": ["atr(14)"],
    "natr": ["natr(14)"],
    "plus_di": ["plus_di(14)"],
    "minus_di": ["minus_di(14)"],
    "adx": ["adx(14)"],
    "stoch": ["stoch_k(14, 3, 3)", "stoch_d(14, 3, 3)"],
    "cci": ["cci(20)"],
    "mfi": ["mfi(14)"],
    "obv": ["obv()"],
    "roc": ["roc(close, 10)"],
    "mom": ["mom(close, 10)"],
    "willr": ["willr(14)"],
    "highest": ["highest(high, 20)"],
    "lowest": ["lowest(low, 20)"],
}
ALL = [text for texts in EXPRESSIONS.values() for text in texts]
# Of TA-Lib's time: the whole set over one series on one core, and over many instruments.
GOAL_ONE, GOAL_MANY = 0.67, 1 / 3


def ours(texts: Sequence[str], bars: Bars, *, threads: int = 1) -> Callable[[], float]:
    """Measures a run over all bars."""
    graph = Graph()
    plan = Plan.compile([parse(text, graph=graph, timeframe="1m") for text in texts], graph, timeframe="1m")
    runner = Runner(plan, instruments=bars.instruments, threads=threads)

    def measure() -> float:
        start = time.perf_counter()
        for _ in runner.run(bars):
            pass
        return time.perf_counter() - start

    return measure


def measured(runs: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each round of each, all in turn, after a round that does not count."""
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds + 1):
        for name, run in runs.items():
            found[name].append(run())
    return {name: [value * 1000 for value in values[1:]] for name, values in found.items()}


def case(
    name: str, texts: Sequence[str], bars: Bars, peer: Peer, path: Path
) -> dict[str, Callable[[], float]]:
    """The runs to compare for one function or for `all` of them."""
    rows = rows_of({field: getattr(bars, field) for field in INPUTS})
    runs = {
        "ours": ours(texts, bars),
        "talib": lambda: seconds(name, rows),
        "takt": lambda: peer.ask(f"{name} {path}")["seconds"],
    }
    return runs | ({"ours_2_threads": ours(texts, bars, threads=2)} if name == "all" else {})


def measure(cases: dict[str, Bars], rounds: int) -> list[dict[str, object]]:
    """Each function over the first bars, and the whole set over all."""
    results: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        paths = {title: Path(folder) / f"{number}.npz" for number, title in enumerate(cases)}
        for title, bars in cases.items():
            np.savez(paths[title], **{field: getattr(bars, field) for field in INPUTS})
        peer = Peer(environment("takt", TAKT), "indicators.py", *map(str, paths.values()))
        for place, (title, bars) in enumerate(cases.items()):
            sets = {**EXPRESSIONS, "all": ALL} if place == 0 else {"all": ALL}
            for name, texts in sets.items():
                found = measured(case(name, texts, bars, peer, paths[title]), rounds)
                results.append(result(title, name, found, is_one=place == 0))
        peer.close()
    return results


def result(title: str, name: str, found: dict[str, list[float]], *, is_one: bool) -> dict[str, object]:
    """A line with its ratios; of the whole set also that to the goal, which is met at 1 or less."""
    line: dict[str, object] = {"benchmark": "indicators", "bars": title, "what": name}
    median = {library: statistics.median(values) for library, values in found.items()}
    best = {library: min(values) for library, values in found.items()}
    line |= {f"{library}_ms": round(value, 3) for library, value in median.items()}
    line |= {f"{library}_best_ms": round(value, 3) for library, value in best.items()}
    line["of_talib"] = round(median["ours"] / median["talib"], 3)
    line["of_talib_best"] = round(best["ours"] / best["talib"], 3)
    if name == "all":
        shared = median["ours_2_threads"]
        line["of_talib_2_threads"] = round(shared / median["talib"], 3)
        line["of_takt_2_threads"] = round(shared / median["takt"], 3)
        line["of_takt_2_threads_best"] = round(best["ours_2_threads"] / best["takt"], 3)
        reached = median["ours"] / GOAL_ONE if is_one else shared / GOAL_MANY
        line["of_goal"] = round(reached / median["talib"], 3)
    return line


def main() -> None:
    """Measure, and print a table and JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--small", action="store_true", help="a tenth of the bars")
    options = parser.parse_args()
    count, instruments = (100_000, 100) if options.small else (1_000_000, 1_000)
    cases = {
        f"1 x {count:,}": random_walk(1, count),
        f"{instruments:,} x 1,000": random_walk(instruments, 1_000),
    }
    lines = measure(cases, options.rounds)
    print(
        f"{'bars':18}{'what':12}{'ours ms':>10}{'2 threads':>10}{'TA-Lib':>10}{'takt':>10}{'of TA-Lib':>11}"
    )
    for line in lines:
        print(
            f"{line['bars']:18}{line['what']:12}{line['ours_ms']:10}{line.get('ours_2_threads_ms', ''):>10}"
            f"{line['talib_ms']:10}{line['takt_ms']:10}{line['of_talib']:11}{line['of_talib_best']:8}"
        )
    for line in lines:
        print(json.dumps(line))


if __name__ == "__main__":
    assert EXPRESSIONS.keys() == CALLS.keys()
    main()

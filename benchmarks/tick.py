"""One closed bar for many instruments and strategies in the engine alone, beside TA-Lib called anew.

The other way recomputes 500 bars of each instrument with pandas and TA-Lib, for one strategy; `tick_rows`
measures the same tick through the database.
"""

import argparse
import json
import statistics
import time

import numpy as np
import pandas as pd
import talib

from benchmarks.tick_rows import market, strategies
from heliograph.engine.bars import Bars
from heliograph.engine.runner import Runner
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy_plan import StrategyPlan

GOAL_MS = 0.6
WARM_UP = 300
HISTORY = 500


def engine(bars: Bars, count: int, ticks: int) -> tuple[list[float], int]:
    """Seconds of each of the last ticks, and the kernel calls that one makes."""
    plans = StrategyPlan.of_many([Strategy.parse(text) for text in strategies(count)])
    plan = plans[0].plan
    runner = Runner(plan, instruments=bars.instruments)
    runner.advance(bars.upto(len(bars) - ticks))
    taken = []
    for at in range(len(bars) - ticks, len(bars)):
        bar = bars.slice(at, at + 1)
        start = time.perf_counter()
        runner.advance(bar)
        taken.append(time.perf_counter() - start)
    return taken, sum(len(level.steps) for level in plan.base.walk())


def recomputed(bars: Bars, instruments: int) -> float:
    """Seconds for the first strategy over 500 bars of each instrument, with pandas and TA-Lib."""
    frames = [
        pd.DataFrame({name: getattr(bars, name)[row, -HISTORY:] for name in ("high", "low", "close")})
        for row in range(instruments)
    ]
    start = time.perf_counter()
    for frame in frames:
        fast, slow = talib.EMA(frame["close"], 9), talib.EMA(frame["close"], 21)
        crossed = (fast.shift(1) <= slow.shift(1)) & (fast > slow)
        trend = (talib.RSI(frame["close"], 11) < 70) & (frame["close"] > talib.SMA(frame["close"], 40))
        width = talib.ATR(frame["high"], frame["low"], frame["close"], 11)
        frame["enter"], frame["exit"] = crossed & trend, (fast < slow) & (frame["close"] < slow)
        frame["stop"], frame["target"] = frame["close"] - 2 * width, frame["close"] + 2 * width
    return time.perf_counter() - start


def main() -> None:
    """Measure, and print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=2_000)
    parser.add_argument("--strategies", type=int, default=5)
    parser.add_argument("--ticks", type=int, default=200)
    options = parser.parse_args()
    bars = market(options.instruments, max(WARM_UP, HISTORY) + options.ticks)
    taken, calls = engine(bars, options.strategies, options.ticks)
    some = min(options.instruments, 100)
    other = recomputed(bars, some) * options.instruments / some
    median = statistics.median(taken) * 1000
    line = {
        "benchmark": "tick",
        "instruments": options.instruments,
        "strategies": options.strategies,
        "kernel_calls": calls,
        "median_ms": round(median, 3),
        "p99_ms": round(float(np.quantile(taken, 0.99)) * 1000, 3),
        "of_goal": round(median / GOAL_MS, 3),
        "pandas_one_strategy_ms": round(other * 1000, 1),
    }
    for name, value in line.items():
        print(f"{name:24}{value}")
    print(json.dumps(line))


if __name__ == "__main__":
    main()

"""One closed bar for many instruments and strategies: in the engine, through rows, and with pandas.

Through rows means: read the new candles, evaluate, settle, store, commit. The pandas way, with TA-Lib,
recomputes 500 bars of each instrument for one strategy (some instruments are timed, and the time is scaled).
"""

import argparse
import json
import statistics
import time

import numpy as np
import pandas as pd
import talib

from benchmarks.parts.database import database
from benchmarks.parts.engine import engine
from benchmarks.parts.market import market
from benchmarks.parts.rows import measure
from heliograph.engine.bars import Bars

ENGINE_GOAL_MS, ROWS_GOAL_MS = 0.6, 100.0
HISTORY = 500
TIMED = 100


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


def milliseconds(taken: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"p50_ms": 1000 * statistics.median(taken), "p95_ms": 1000 * float(np.quantile(taken, 0.95))}


def main() -> None:
    """Measure, and print a table and a JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=2_000)
    parser.add_argument("--strategies", type=int, default=5)
    parser.add_argument("--ticks", type=int, default=60)
    asked = parser.parse_args()
    bars = market(asked.instruments, HISTORY + 200)
    taken, calls = engine(bars, asked.strategies, 200)
    some = min(asked.instruments, TIMED)
    pandas = recomputed(bars, some) * asked.instruments / some
    with database():
        rows = measure(
            instruments=asked.instruments, versions=asked.strategies, history=HISTORY, ticks=asked.ticks
        )
    whole = [stored + made for stored, made in zip(rows["store"], rows["generate"], strict=True)]
    table = {
        "engine alone": milliseconds(taken),
        "store the candles": milliseconds(rows["store"]),
        "candles to commit": milliseconds(rows["generate"]),
        "both": milliseconds(whole),
        "pandas and TA-Lib, one strategy": milliseconds([pandas]),
    }
    for name, values in table.items():
        print(f"{name:34} p50 {values['p50_ms']:9.2f} ms   p95 {values['p95_ms']:9.2f} ms")
    result = {
        "benchmark": "tick",
        **vars(asked),
        "kernel_calls": calls,
        "cpu_ms_store_and_generate": 1000 * rows["cpu of store and generate"][0],
        "engine_of_goal": table["engine alone"]["p50_ms"] / ENGINE_GOAL_MS,
        "rows_of_goal": table["candles to commit"]["p50_ms"] / ROWS_GOAL_MS,
        **table,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

"""Backtests of an SMA cross beside vectorbt, backtesting.py and a kernel written by hand."""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np

from benchmarks.parts.market import random_walk
from benchmarks.peers import Peer, environment
from heliograph.engine.backtest import backtest_bars
from heliograph.engine.bars import Bars
from heliograph.engine.strategy import Strategy

PEERS = ("vectorbt[rust]==1.2.0", "backtesting==0.6.6")
CASES = {"1 x 1,000,000": (1, 1_000_000), "100 x 100,000": (100, 100_000)}
# backtesting.py takes minutes for those: it gets this part, and its time is told for the whole.
SMALL = {"1 x 1,000,000": (1, 100_000), "100 x 100,000": (2, 50_000)}
GOAL = 3.0
CROSS = Strategy.parse("""
name = "SMA cross"
timeframe = "1m"
[long]
enter = "crosses_above(sma(close, 10), sma(close, 30))"
exit = "crosses_below(sma(close, 10), sma(close, 30))"
stop = "close * 0.98"
targets = ["close * 1.04"]
""")


@numba.njit(nogil=True, error_model="numpy")
def single_pass(open_, high, low, close, trades):  # noqa: C901
    """The same rules and the same columns of a trade for one instrument, written for this strategy alone."""
    fast = slow = fast_before = slow_before = 0.0
    entry = stop = target = next_stop = next_target = top = bottom = 0.0
    entered = count = 0
    held = leaves = waits = False
    for i in range(len(close)):
        price, reason = 0.0, 0
        if leaves:
            price, reason = open_[i], 3
        if waits:
            waits = False
            if next_stop < open_[i] < next_target:
                held, entry, stop, target, entered = True, open_[i], next_stop, next_target, i
                top = bottom = entry
        if held and not leaves:
            if open_[i] <= stop or open_[i] >= target:
                price, reason = open_[i], 1 if open_[i] <= stop else 2
            elif low[i] <= stop:
                price, reason = stop, 1
            elif high[i] >= target:
                price, reason = target, 2
        if reason:
            top, bottom, held, leaves = max(top, price), min(bottom, price), False, False
            trades[count, 0], trades[count, 1], trades[count, 2], trades[count, 3] = entered, i, entry, price
            trades[count, 4] = (price - entry) / (entry - stop)
            trades[count, 5] = 100 * (price - entry - 0.001 * (price + entry)) / entry
            trades[count, 6], trades[count, 7] = (
                (top - entry) / (entry - stop),
                (bottom - entry) / (entry - stop),
            )
            trades[count, 8], trades[count, 9] = reason, i - entered + 1
            count += 1
        elif held:
            top, bottom = max(top, high[i]), min(bottom, low[i])
        fast += close[i] - (close[i - 10] if i >= 10 else 0.0)
        slow += close[i] - (close[i - 30] if i >= 30 else 0.0)
        if i >= 30:
            if fast_before <= slow_before and fast / 10 > slow / 30 and not held:
                waits, next_stop, next_target = True, close[i] * 0.98, close[i] * 1.04
            leaves = held and fast_before >= slow_before and fast / 10 < slow / 30
        fast_before, slow_before = fast / 10, slow / 30
    return count


def by_kernel(bars: Bars) -> int:
    """Trades of the hand-written kernel, one instrument after the other."""
    trades = np.empty((len(bars) // 8 + 8, 10))
    rows = zip(bars.open, bars.high, bars.low, bars.close, strict=True)
    return sum(single_pass(*row, trades) for row in rows)


def ours(bars: Bars, threads: int) -> int:
    """Trades of a backtest with its summary."""
    result = backtest_bars(CROSS, [str(n) for n in range(bars.instruments)], bars, threads=threads)
    return result.summary.trades


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds and trades."""
    start = time.perf_counter()
    trades = work()
    return time.perf_counter() - start, trades


def measure(case: str, rounds: int, folder: Path, python: Path) -> list[dict[str, object]]:
    """The rows of one case: everything in turn, round by round, after one round that does not count."""
    bars, small = random_walk(*CASES[case]), random_walk(*SMALL[case])
    files = {"vectorbt": (bars, folder / "bars.npz"), "backtesting.py": (small, folder / "small.npz")}
    for part, path in files.values():
        np.savez(path, open=part.open, high=part.high, low=part.low, close=part.close)
    peer = Peer(python, "backtests.py", *(str(path) for _, path in files.values()))
    runs: dict[str, Callable[[], tuple[float, int]]] = {
        "hand-written kernel": lambda: timed(lambda: by_kernel(bars)),
        "heliograph, 1 thread": lambda: timed(lambda: ours(bars, 1)),
        "heliograph, 2 threads": lambda: timed(lambda: ours(bars, 2)),
        "vectorbt, Rust": lambda: asked(peer, "vectorbt", files["vectorbt"][1], 1.0),
        "backtesting.py": lambda: asked(
            peer, "backtesting.py", files["backtesting.py"][1], bars.close.size / small.close.size
        ),
    }
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            # One run of backtesting.py takes seconds and needs no warming up.
            if name != "backtesting.py" or number == rounds:
                found[name].append(run())
    peer.close()
    return [row(case, name, values[1:] or values, found) for name, values in found.items()]


def asked(peer: Peer, library: str, path: Path, scale: float) -> tuple[float, int]:
    """A peer's seconds and trades, told for `scale` times the bars."""
    answer = peer.ask(f"{library} {path}")
    return answer["seconds"] * scale, round(answer["trades"] * scale)


def row(
    case: str, name: str, values: list[tuple[float, int]], found: dict[str, list[tuple[float, int]]]
) -> dict[str, object]:
    """Medians, and how many times the hand-written kernel's time that is."""
    seconds = statistics.median(second for second, _ in values)
    kernel = statistics.median(second for second, _ in found["hand-written kernel"][1:])
    return {
        "benchmark": "backtest",
        "case": case,
        "what": name,
        "ms": round(seconds * 1000, 2),
        "best_ms": round(min(second for second, _ in values) * 1000, 2),
        "of_kernel": round(seconds / kernel, 2),
        "goal": GOAL if name.endswith("2 threads") else None,
        "trades": values[-1][1],
    }


def main() -> None:
    """Measure, and print a table and JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    python = environment("peers", PEERS)
    rows = []
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            rows += measure(case, rounds, Path(folder), python)
    print(f"{'bars':16}{'what':24}{'median ms':>12}{'best ms':>12}{'of kernel':>12}{'trades':>10}")
    for one in rows:
        print(
            f"{one['case']:16}{one['what']:24}{one['ms']:12}{one['best_ms']:12}{one['of_kernel']:12}{one['trades']:10}"
        )
    print("The kernel has one thread; backtesting.py had 1 x 100,000 and 2 x 50,000 bars, told for all.")
    for one in rows:
        print(json.dumps(one))


if __name__ == "__main__":
    main()

"""What ten times the instruments and ten times the history cost a tick."""

import json
import statistics
from multiprocessing import get_context

from benchmarks.parts.database import database
from benchmarks.parts.engine import engine
from benchmarks.parts.market import market
from benchmarks.parts.rows import measure

VERSIONS, TICKS = 5, 60
INSTRUMENTS_GOAL, HISTORY_GOAL = 10.5, 1.15


def engine_ms(instruments: int) -> float:
    """Median milliseconds of a tick in the engine alone."""
    taken, _ = engine(market(instruments, 300 + TICKS), VERSIONS, TICKS)
    return 1000 * statistics.median(taken)


def rows_ms(instruments: int, history: int) -> tuple[float, float]:
    """Median milliseconds from stored candles to the commit; processor milliseconds of storing and that."""
    with database():
        told = measure(instruments=instruments, versions=VERSIONS, history=history, ticks=TICKS)
    return 1000 * statistics.median(told["generate"]), 1000 * told["cpu of store and generate"][0]


def main() -> None:
    """Measure, and print a table and a JSON line."""
    # A process of its own for each: Django is set up for one database.
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        worlds = [(200, 300), (2_000, 300), (500, 300), (500, 3_000)]
        few, many, short, long = pool.starmap(rows_ms, worlds, chunksize=1)
    ratios = {
        "instruments x10 (200 to 2,000), through rows": (many[0] / few[0], INSTRUMENTS_GOAL),
        "the same, processor time": (many[1] / few[1], INSTRUMENTS_GOAL),
        "instruments x10 (200 to 2,000), engine": (engine_ms(2_000) / engine_ms(200), INSTRUMENTS_GOAL),
        "instruments x10 (2,000 to 20,000), engine": (engine_ms(20_000) / engine_ms(2_000), INSTRUMENTS_GOAL),
        "history x10 (300 to 3,000 bars), through rows": (long[0] / short[0], HISTORY_GOAL),
        "the same, processor time ": (long[1] / short[1], HISTORY_GOAL),
    }
    for name, (ratio, goal) in ratios.items():
        print(f"{name:48} {ratio:6.2f}   goal {goal}")
    print(json.dumps({"benchmark": "growth", **{name.strip(): ratio for name, (ratio, _) in ratios.items()}}))


if __name__ == "__main__":
    main()

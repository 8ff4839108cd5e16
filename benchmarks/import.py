"""Rows per second of the first and of a repeated import of a Parquet file, beside raw binary COPY."""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.parts.database import database

TABLES = "candle, candle_revision, market_series, market_amendment, market_batch, market_instrument"
# The same columns, key and constraints, cut by months likewise.
RAW = """
DROP TABLE IF EXISTS raw_candle;
CREATE TABLE raw_candle (LIKE candle INCLUDING ALL) PARTITION BY RANGE (open_time);
"""
COPY = "COPY raw_candle FROM STDIN BINARY"
TYPES = ["int8", "timestamptz", *["float8"] * 5, "timestamptz", "int8", "varchar"]


def made_up(rows: int, symbols: int) -> pa.Table:
    """Minute bars of coins as a random walk, in the layout of our own files; the seed is fixed."""
    rng = np.random.default_rng(7)
    each = rows // symbols
    start = 1_704_067_200_000
    parts = []
    for number in range(symbols):
        close = 100 * np.exp(np.cumsum(rng.normal(0, 0.001, each)))
        spread = close * rng.uniform(0, 0.002, each)
        parts.append(
            pa.table(
                {
                    "symbol": pa.array([f"C{number:03d}/USDT"] * each),
                    "timeframe": pa.array(["1m"] * each),
                    "open_time": start + 60_000 * np.arange(each, dtype=np.int64),
                    "open": close,
                    "high": close + spread,
                    "low": close - spread,
                    "close": close,
                    "volume": rng.exponential(10, each),
                }
            )
        )
    return pa.concat_tables(parts)


def raw_rows(table: pa.Table, now: datetime) -> list[tuple]:
    """The same candles as Python values, as raw COPY takes them."""
    names = table["symbol"].to_pylist()
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names), 1)}
    times = [datetime.fromtimestamp(ms / 1000, UTC) for ms in table["open_time"].to_pylist()]
    values = [table[name].to_pylist() for name in ("open", "high", "low", "close", "volume")]
    return [
        (numbers[name], moment, *prices, now, 1, "1m")
        for name, moment, *prices in zip(names, times, *values, strict=True)
    ]


def copy_raw(rows: list[tuple]) -> float:
    """Seconds that one raw COPY takes; months exist before it begins."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(RAW)
        months = sorted({(row[1].year, row[1].month) for row in rows})
        for year, month in months:
            end = (year + month // 12, month % 12 + 1)
            cursor.execute(
                f"CREATE TABLE raw_{year}_{month} PARTITION OF raw_candle"
                f" FOR VALUES FROM ('{year}-{month}-01 00:00+00') TO ('{end[0]}-{end[1]}-01 00:00+00')"
            )
        begin = time.perf_counter()
        with cursor.copy(COPY) as copy:
            copy.set_types(TYPES)
            for row in rows:
                copy.write_row(row)
        seconds = time.perf_counter() - begin
        cursor.execute("DROP TABLE raw_candle")
    return seconds


def import_file(path: Path) -> float:
    """Seconds that the import of a file takes, reading it included."""
    from heliograph.market.ingest import import_files

    begin = time.perf_counter()
    [result] = import_files([path], at=datetime.now(UTC))
    seconds = time.perf_counter() - begin
    assert result.refused is None, result.refused
    return seconds


def empty() -> None:
    """Remove all candles, and let the server write down what it has."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
        cursor.execute("CHECKPOINT")


def measure(folder: Path, *, rows: int, symbols: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of each round by what was done; the order of a round is the same each time."""
    table = made_up(rows, symbols)
    first, again = folder / "first.parquet", folder / "again.parquet"
    pq.write_table(table, first)
    # Other bytes, the same candles: the file is not recognised, every bar is compared.
    pq.write_table(table, again, compression="zstd")
    values = raw_rows(table, datetime.now(UTC))
    steps: dict[str, Callable[[], float]] = {
        "raw COPY": lambda: copy_raw(values),
        "first import": lambda: import_file(first),
        "repeated import, compared": lambda: import_file(again),
        "repeated import, recognised": lambda: import_file(first),
    }
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        empty()
        for name, step in steps.items():
            seconds[name].append(step())
    return seconds


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--symbols", type=int, default=10)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    with database() as folder:
        seconds = measure(folder, rows=chosen.rows, symbols=chosen.symbols, rounds=chosen.rounds)
    rates = {name: chosen.rows / statistics.median(times) for name, times in seconds.items()}
    print(f"{chosen.rows:,} rows of {chosen.symbols} symbols, medians of {chosen.rounds} rounds")
    print(f"{'':30}{'rows/s':>12}{'of raw COPY':>14}")
    for name, rate in rates.items():
        print(f"{name:30}{rate:>12,.0f}{rate / rates['raw COPY']:>14.2f}")
    goals = {
        "first import / raw COPY": (rates["first import"] / rates["raw COPY"], 0.5),
        "repeated / first": (rates["repeated import, compared"] / rates["first import"], 1.0),
    }
    for name, (ratio, goal) in goals.items():
        print(f"{name}: {ratio:.2f} (goal: at least {goal})")
    for name, times in seconds.items():
        print(json.dumps({"benchmark": "import", "what": name, "rows": chosen.rows, "seconds": times}))
    for name, (ratio, goal) in goals.items():
        print(json.dumps({"benchmark": "import", "what": name, "ratio": round(ratio, 3), "goal": goal}))


if __name__ == "__main__":
    main()

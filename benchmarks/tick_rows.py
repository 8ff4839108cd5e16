"""One closed bar for many instruments and strategies through rows: read, evaluate, settle, store, commit."""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psutil

MINUTE = 60_000
START = 1_704_067_200_000

# Sixteen nodes that are computed at every bar, not counting inputs and constants.
STRATEGY = '''
name = "Tick {number}"
timeframe = "1m"
[long]
enter = """crosses_above(ema(close, {fast}), ema(close, {slow})) and rsi(close, {n}) < 70
    and close > sma(close, {long})"""
exit = "crosses_below(close, ema(close, {slow}))"
stop = "close - 2 * atr({n})"
targets = ["close + 2 * atr({n})"]
expires = 60
'''


def strategies(count: int) -> list[str]:
    """Strategies of the same shape with periods of their own, so that they share nothing."""
    return [
        STRATEGY.format(number=k, fast=9 + k, slow=21 + 2 * k, n=11 + k, long=40 + 5 * k)
        for k in range(count)
    ]


def market(instruments: int, bars: int, *, seed: int = 7):
    """A random walk of prices for each instrument, minute by minute."""
    from heliograph.engine.bars import Bars

    dice = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(dice.normal(0, 0.001, (instruments, bars)), axis=1))
    open_ = np.concatenate([close[:, :1], close[:, :-1]], axis=1)
    high = np.maximum(open_, close) * 1.0005
    low = np.minimum(open_, close) * 0.9995
    time_axis = START + MINUTE * np.arange(bars, dtype=np.int64)
    volume = np.full(close.shape, 10.0)
    return Bars(time_axis, *map(np.ascontiguousarray, (open_, high, low, close, volume)))


@contextmanager
def database() -> Iterator[None]:
    """An embedded PostgreSQL of our own in a folder that is gone afterwards."""
    import django
    from django.core.management import call_command

    from heliograph.kit.embedded import Home
    from heliograph.kit.embedded.connect import embedded

    with tempfile.TemporaryDirectory(prefix="heliograph-bench-") as folder:
        os.chmod(folder, 0o711)
        with embedded(Home.open(Path(folder) / "home")) as urls:
            os.environ |= {
                "DJANGO_SETTINGS_MODULE": "heliograph.config.settings",
                "DATABASE_URL": urls["database_url"],
                "HELIOGRAPH_SECRET_KEY": "only for benchmarks",
            }
            django.setup()
            call_command("migrate", verbosity=0)
            yield


def cpu_seconds() -> float:
    """Processor time of this process and of the one that serves it: on a busy machine the better clock."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = psutil.Process(cursor.fetchone()[0]).cpu_times()
    return time.process_time() + server.user + server.system


def measure(*, instruments: int, versions: int, history: int, ticks: int) -> dict[str, list[float]]:
    """Seconds of each tick for storing its candles and for `generate`, after a history was caught up."""
    from heliograph.market.models import Batch, Instrument, Venue
    from heliograph.market.store import store_tick
    from heliograph.signals.generate import generate
    from heliograph.signals.strategies import add_strategy

    begun = datetime.now(UTC)
    venue = Venue.objects.create(name="bench", kind=Venue.Kind.FILE)
    batch = Batch.objects.create(venue=venue, kind=venue.kind, name="bench", started_at=begun)
    made = Instrument.objects.bulk_create(
        [Instrument(venue=venue, symbol=f"C{k:05d}/USDT") for k in range(instruments)]
    )
    ids = [one.pk for one in made]
    bars = market(instruments, history + ticks)

    def at(count: int) -> datetime:
        return datetime.fromtimestamp(int(bars.time[count - 1] + MINUTE) / 1000, UTC) + timedelta(seconds=1)

    def store(start: int, stop: int) -> None:
        store_tick(instruments=ids, timeframe="1m", candles=bars.slice(start, stop), batch=batch, at=at(stop))

    store(0, history)
    for text in strategies(versions):
        add_strategy(text=text, at=at(history))
    begin = time.perf_counter()
    told = generate(at=at(history))
    seconds: dict[str, list[float]] = {"catch up": [time.perf_counter() - begin], "store": [], "generate": []}
    counts, spent = [told.bars], cpu_seconds()
    for count in range(history, history + ticks):
        begin = time.perf_counter()
        store(count, count + 1)
        stored = time.perf_counter()
        told = generate(at=at(count + 1))
        seconds["store"].append(stored - begin)
        seconds["generate"].append(time.perf_counter() - stored)
        counts.append(told.published + told.rejected + told.settled)
        assert told.bars == instruments * versions
    # Of the ticks together: the clock of the server's process is too coarse for one.
    seconds["cpu of store and generate"] = [(cpu_seconds() - spent) / ticks]
    print(f"signals and settlements a tick: {statistics.mean(counts[1:]):.1f}")
    return seconds


def main() -> None:
    """Prints milliseconds and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instruments", type=int, default=2000)
    parser.add_argument("--strategies", type=int, default=5)
    parser.add_argument("--history", type=int, default=300)
    parser.add_argument("--ticks", type=int, default=60)
    asked = parser.parse_args()
    with database():
        seconds = measure(
            instruments=asked.instruments, versions=asked.strategies, history=asked.history, ticks=asked.ticks
        )
    result = {
        name: {
            "p50_ms": 1000 * statistics.median(values),
            "p95_ms": 1000 * sorted(values)[int(0.95 * (len(values) - 1))],
        }
        for name, values in seconds.items()
    }
    for name, values in result.items():
        print(f"{name:26} p50 {values['p50_ms']:8.1f} ms   p95 {values['p95_ms']:8.1f} ms")
    print(json.dumps({"benchmark": "tick end to end", **vars(asked), **result}))


if __name__ == "__main__":
    main()

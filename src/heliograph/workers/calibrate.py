"""Measures what a step costs here, in a database of its own: `python -m heliograph.workers.calibrate`.

It stores made-up candles, evaluates them bar by bar through the same code and the same rows as a worker, and
prints one JSON object. The database is removed at the end.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median
from urllib.parse import urlsplit

import django
import numpy as np
import psutil
import psycopg
from django.db import connection, connections
from django.db.models import Model, Sum
from psycopg import sql

from heliograph.engine.bars import Bars
from heliograph.errors import SourceError
from heliograph.fleet.simulate.costs import line_through
from heliograph.workers.migrate import migrate

SIZES = (200, 1_800)
HISTORY, TICKS = 120, 12
REPEATS = 200
MINUTE = 60_000
START = 1_704_067_200_000
# Sixteen nodes, as many as strategies of people have.
STRATEGY = '''
name = "Calibration {number}"
timeframe = "1m"
[universe]
venue = "calibration {number}"
[long]
enter = """crosses_above(ema(close, 9), ema(close, 21)) and rsi(close, 11) < 70
    and close > sma(close, 40)"""
exit = "crosses_below(close, ema(close, 21))"
stop = "close - 2 * atr(11)"
targets = ["close + 2 * atr(11)"]
expires = 60
'''
TABLES = {
    "candles": "candle",
    "evaluations": "signals_evaluation",
    "signals": "signals_signal",
    "outcomes": "signals_outcome",
}
# Of a table, or of the partitions below it.
SIZE = """
SELECT coalesce(
    sum(pg_total_relation_size(relid)) FILTER (WHERE isleaf), pg_total_relation_size(%(table)s::regclass)
)
FROM pg_partition_tree(%(table)s::regclass)
"""


class CannotCalibrate(SourceError):
    """The database lets nobody make another one to measure in."""


def main() -> None:
    """Measure and print."""
    started = psutil.Process().create_time()
    with _own_database(os.environ["DATABASE_URL"]) as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "heliograph.config.settings"}
        django.setup()
        ready = time.time()
        migrate()
        told = measure()
        connections.close_all()
    told |= {"start_s": round(ready - started, 3), "seconds": round(time.time() - started, 1)}
    sys.stdout.write(json.dumps(told) + "\n")


def measure() -> dict[str, object]:
    """Steps of two sizes, memory, and the bytes of each row, in the database that Django stands on."""
    # The median, since others may be busy on this machine too.
    seconds = [median(_steps(number, size)) for number, size in enumerate(SIZES)]
    step_s, instrument_s = line_through(SIZES, seconds)
    return {"step_s": step_s, "instrument_s": instrument_s, **_memory(), **_rows()}


def _steps(number: int, size: int) -> Iterator[float]:
    """Seconds of each tick of one strategy over that many."""
    from heliograph.market.models import Batch, Instrument, Venue
    from heliograph.market.store import store_tick
    from heliograph.signals.generate import generate
    from heliograph.signals.strategies import add_strategy

    at = _moment(HISTORY)
    venue = Venue.objects.create(name=f"calibration {number}", kind=Venue.Kind.FILE)
    batch = Batch.objects.create(venue=venue, kind=venue.kind, name="calibration", started_at=at)
    made = Instrument.objects.bulk_create(
        [Instrument(venue=venue, symbol=f"C{place:05d}/USDT") for place in range(size)]
    )
    ids, bars = [one.pk for one in made], random_walk(size, HISTORY + TICKS)

    def store(start: int, stop: int) -> None:
        candles = bars.slice(start, stop)
        store_tick(instruments=ids, timeframe="1m", candles=candles, batch=batch, at=_moment(stop))

    store(0, HISTORY)
    version = add_strategy(text=STRATEGY.format(number=number), at=at)
    generate(at=at, versions=[version])
    for count in range(HISTORY, HISTORY + TICKS):
        store(count, count + 1)
        begin = time.perf_counter()
        generate(at=_moment(count + 1), versions=[version])
        yield time.perf_counter() - begin


def random_walk(instruments: int, count: int) -> Bars:
    """Minute bars of random walks; the seed is fixed."""
    dice = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(dice.normal(0, 0.001, (instruments, count)), axis=1))
    open_ = np.concatenate([close[:, :1], close[:, :-1]], axis=1)
    high, low = np.maximum(open_, close) * 1.0005, np.minimum(open_, close) * 0.9995
    times = START + MINUTE * np.arange(count, dtype=np.int64)
    columns = (open_, high, low, close, np.full(close.shape, 10.0))
    return Bars(times, *map(np.ascontiguousarray, columns))


def _memory() -> dict[str, object]:
    """Bytes of this process without the states, and of a state for each instrument."""
    from heliograph.signals.models import Progress
    from heliograph.signals.state import MEMORY

    held, instruments = 0, 0
    for progress_id, epoch in Progress.objects.values_list("pk", "epoch"):
        if state := MEMORY.take(progress_id, epoch=epoch):
            held += len(state.runner.snapshot())
            instruments += len(state.stand)
    rss = psutil.Process().memory_info().rss
    return {"process_bytes": rss - held, "state_bytes": held / instruments if instruments else 0.0}


def _rows() -> dict[str, object]:
    from heliograph.signals.models import Evaluation, Outcome, Signal

    evaluated = Evaluation.objects.aggregate(bars=Sum("bars"))["bars"]
    told = {
        "signals_per_bar": Signal.objects.count() / evaluated,
        "published_per_bar": Outcome.objects.count() / evaluated,
    }
    _repeat(Evaluation)
    sizes = {}
    with connection.cursor() as cursor:
        for name, table in TABLES.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            (count,) = cursor.fetchone()
            cursor.execute(SIZE, {"table": table})
            (size,) = cursor.fetchone()
            sizes[name] = float(size) / count
    return told | {"bytes_per_row": sizes}


def _repeat(model: type[Model]) -> None:
    """Many rows like those that there are: of a few, most of the size is pages that are not full."""
    columns = ", ".join(one.column or "" for one in model._meta.concrete_fields if not one.primary_key)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}, generate_series(1, %s)",
            [REPEATS],
        )


def _moment(bars: int) -> datetime:
    return datetime.fromtimestamp((START + MINUTE * bars) / 1000, UTC) + timedelta(seconds=1)


@contextmanager
def _own_database(url: str) -> Iterator[str]:
    """A database beside the one that the URL names; it goes at the end."""
    name = f"heliograph_calibration_{os.getpid()}"
    try:
        with psycopg.connect(url, autocommit=True) as session:
            session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except psycopg.Error as fault:
        raise CannotCalibrate(f"No database to measure in could be made: {str(fault).strip()}.") from fault
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as session:
            session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


if __name__ == "__main__":
    main()

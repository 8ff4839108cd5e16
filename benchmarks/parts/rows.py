"""A tick through rows: read the new candles, evaluate, settle, store, commit."""

import time
from datetime import UTC, datetime, timedelta

import psutil

from benchmarks.parts.market import MINUTE, market, strategies


def cpu_seconds() -> float:
    """Processor time of this process and of the one that serves it: on a busy machine the better clock."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = psutil.Process(cursor.fetchone()[0]).cpu_times()
    return time.process_time() + server.user + server.system


def settle_down() -> None:
    """Let the server finish with the history now, not in the background of the ticks."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


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
    settle_down()
    spent = cpu_seconds()
    for count in range(history, history + ticks):
        begin = time.perf_counter()
        store(count, count + 1)
        stored = time.perf_counter()
        told = generate(at=at(count + 1))
        seconds["store"].append(stored - begin)
        seconds["generate"].append(time.perf_counter() - stored)
        if told.bars != instruments * versions:
            raise SystemExit(f"{told.bars} bars were evaluated in a tick, not {instruments * versions}.")
    # Of the ticks together: the clock of the server's process is too coarse for one.
    seconds["cpu of store and generate"] = [(cpu_seconds() - spent) / ticks]
    return seconds

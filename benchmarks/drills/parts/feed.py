"""The market of the drills of the pipeline: made ready once, then fed bar by bar as each line of input asks.

`python -m benchmarks.drills.parts.feed prepare PORT` stores the history, the strategies and a webhook to that
port; `... live` prints `ready`, then stores so many bars as each line says.
"""

import os
import sys
import time
from contextlib import suppress
from datetime import timedelta

import numpy as np

from heliograph.engine.bars import Bars
from heliograph.engine.timeframe import Timeframe
from heliograph.kit.clock import utc_now
from heliograph.workers.place import in_home

INSTRUMENTS, HISTORY, LIVE = 10, 60, 400
# The bars have times of their own: the clock of the venue goes with them.
MINUTES, START = 5, 1_767_225_600_000
SECRET_ENV = "DRILL_WEBHOOK_SECRET"
# Bars are stored, and nobody is told: the message of their ring is lost.
SILENT_ENV = "DRILL_SILENT"

# How late a step is depends on the kills: no signal may be late by them.
STRATEGY = """
name = "Drill {number}"
timeframe = "5m"
max_age = 100000
[long]
enter = "crosses_above(ema(close, {fast}), ema(close, {slow}))"
exit = "crosses_below(close, ema(close, {slow}))"
stop = "close - 1.5 * atr(5)"
targets = ["close + 1 * atr(5)", "close + 3 * atr(5)"]
expires = 20
[short]
enter = "crosses_below(ema(close, {fast}), ema(close, {slow})) and close < on('1h', ema(close, 3))"
stop = "close + 1.5 * atr(5)"
targets = ["close - 2 * atr(5)"]
[execution]
slippage_bps = 5
[filters]
cooldown = 2
"""
VERSIONS = 4


def prices(bars: int, *, seed: int = 20_261_125) -> Bars:
    """A random walk of five-minute bars for each instrument."""
    dice = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(dice.normal(0, 0.01, (INSTRUMENTS, bars)), axis=1))
    open_ = np.concatenate([close[:, :1], close[:, :-1]], axis=1)
    high = np.maximum(open_, close) * np.exp(np.abs(dice.normal(0, 0.004, close.shape)))
    low = np.minimum(open_, close) * np.exp(-np.abs(dice.normal(0, 0.004, close.shape)))
    time = START + MINUTES * 60_000 * np.arange(bars, dtype=np.int64)
    volume = np.full(close.shape, 10.0)
    return Bars(time, *map(np.ascontiguousarray, (open_, high, low, close, volume)))


class Market:
    """The replay venue of the drill, and the bars that come to it."""

    def __init__(self) -> None:
        from heliograph.market.models import Batch, Instrument, Replay

        self._replay = Replay.objects.get()
        venue = self._replay.venue
        self._batch = Batch.objects.get(venue=venue)
        self._ids = list(Instrument.objects.filter(venue=venue).order_by("pk").values_list("pk", flat=True))
        self._bars = prices(HISTORY + LIVE)

    @property
    def position(self) -> int:
        """How many bars of each instrument are stored."""
        from heliograph.market.wire import to_ms

        return (to_ms(self._replay.position) - START) // (MINUTES * 60_000) + 1

    def store(self, start: int, stop: int) -> None:
        """Store these bars of all instruments, and let the clock of the venue go to their end."""
        from django.db import transaction

        from heliograph.market.store import store_tick
        from heliograph.market.wire import to_datetime

        bars = self._bars.slice(start, stop)
        end = to_datetime(Timeframe.parse("5m").end(int(bars.time[-1])))
        with transaction.atomic():
            store_tick(
                instruments=self._ids,
                timeframe="5m",
                candles=bars,
                batch=self._batch,
                at=utc_now(),
                clock=end,
            )
            self._replay.position = to_datetime(int(bars.time[-1]))
            self._replay.save(update_fields=["position"])


def prepare(port: int) -> None:
    """A venue with some history, evaluated; strategies that trade often; a webhook."""
    from heliograph.market.models import Batch, Instrument, Replay, Venue
    from heliograph.market.wire import to_datetime
    from heliograph.notices.models import Channel
    from heliograph.signals.generate import generate
    from heliograph.signals.strategies import add_strategy

    at = utc_now()
    venue = Venue.objects.create(name="drill", kind=Venue.Kind.REPLAY)
    begun = {"started_at": at - timedelta(days=1)}
    Batch.objects.create(venue=venue, kind=Venue.Kind.REPLAY, name="drill", **begun)
    position = to_datetime(START)
    Replay.objects.create(
        venue=venue, sample="drill", timeframe="5m", position=position, ends_at=position, **begun
    )
    Instrument.objects.bulk_create(
        Instrument(venue=venue, symbol=f"D{number}/USDT") for number in range(INSTRUMENTS)
    )
    for number in range(VERSIONS):
        text = STRATEGY.format(number=number, fast=3 + number, slow=8 + 3 * number)
        add_strategy(text=text, stage="live", at=at)
    Market().store(0, HISTORY)
    generate(at=at)
    options = {
        "url": f"http://127.0.0.1:{port}/",
        "secret_env": SECRET_ENV,
        "allow_private": ["127.0.0.1"],
    }
    channel = Channel.objects.create(name="receiver", kind="webhook", options=options, created_at=at)
    # What kills bring about, such as work that is parked, is no business of the comparison.
    channel.subscriptions.create(topics=["signal.*"], created_at=at)


def live() -> None:
    """Store as many further bars as each line asks for, and ring for them."""
    import redis
    from kombu.exceptions import OperationalError

    from heliograph.workers.ring import ring

    market = Market()
    position = market.position
    print("ready", flush=True)
    for line in sys.stdin:
        stop = position + int(line)
        _until_stored(market, position, stop)
        position = stop
        if not os.environ.get(SILENT_ENV):
            # Where the bell is broken, what is due is found from rows.
            with suppress(redis.RedisError, OperationalError):
                ring("generate_due")
        print(position, flush=True)


def _until_stored(market: Market, start: int, stop: int) -> None:
    """Store these bars, again and again while the database is away: storing them twice changes nothing."""
    from django.db import InterfaceError, OperationalError, connection

    while True:
        try:
            return market.store(start, stop)
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.2)


if __name__ == "__main__":
    with in_home():
        prepare(int(sys.argv[2])) if sys.argv[1] == "prepare" else live()

"""A small market for tests: made-up candles, a strategy that trades often, and what came of it."""

from datetime import UTC, datetime, timedelta

import numpy as np

from heliograph.engine.bars import Bars
from heliograph.market.models import Batch, Instrument, Venue
from heliograph.market.store import store_candles, store_tick
from heliograph.signals.models import Evaluation, Outcome, Signal

HOUR = 3_600_000
DAY = 24 * HOUR
# Monday 2024-01-01 00:00 UTC.
START = 1_704_067_200_000
NOW = datetime(2026, 1, 2, tzinfo=UTC)

BUSY = """
name = "Busy"
timeframe = "1h"
[long]
enter = "crosses_above(ema(close, 3), ema(close, 8)) and rsi(close, 5) < 80"
exit = "crosses_below(close, ema(close, 8))"
stop = "close - 1.5 * atr(5)"
targets = ["close + 1 * atr(5)", "close + 3 * atr(5)"]
expires = 20
[short]
enter = "crosses_below(ema(close, 3), ema(close, 8)) and close < on('4h', ema(close, 3))"
stop = "close + 1.5 * atr(5)"
targets = ["close - 2 * atr(5)"]
[execution]
slippage_bps = 5
[score]
confidence = "clip((adx(5) - 10) / 40, 0, 1)"
[filters]
min_confidence = 0.2
cooldown = 3
"""


def walk(seed, bars, *, instruments=1, start=START, step=HOUR, missing=0.0):
    """A random walk of prices with plausible highs and lows; some bars are missing."""
    dice = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(dice.normal(0, 0.01, (instruments, bars)), axis=1))
    open_ = np.concatenate([close[:, :1], close[:, :-1]], axis=1) * np.exp(dice.normal(0, 0.002, close.shape))
    high = np.maximum(open_, close) * np.exp(np.abs(dice.normal(0, 0.004, close.shape)))
    low = np.minimum(open_, close) * np.exp(-np.abs(dice.normal(0, 0.004, close.shape)))
    volume = dice.integers(1, 1000, close.shape).astype(np.float64)
    gone = dice.random(close.shape) < missing
    values = [np.where(gone, np.nan, value) for value in (open_, high, low, close, volume)]
    time = start + step * np.arange(bars, dtype=np.int64)
    names = ("open", "high", "low", "close", "volume")
    return Bars(time=time, **{n: np.ascontiguousarray(v) for n, v in zip(names, values, strict=True)})


def make_venue(name="file", kind=Venue.Kind.FILE, symbols=("BTC/USDT",)):
    """A venue, a delivery to it, and its instruments."""
    venue = Venue.objects.create(name=name, kind=kind)
    batch = Batch.objects.create(venue=venue, kind=kind, name="made up", started_at=NOW)
    return batch, [Instrument.objects.create(venue=venue, symbol=symbol) for symbol in symbols]


def feed(batch, instruments, bars, *, timeframe="1h", at=NOW):
    """Stores a block of bars."""
    ids = [instrument.pk for instrument in instruments]
    return store_tick(instruments=ids, timeframe=timeframe, candles=bars, batch=batch, at=at)


def feed_one(batch, instrument, bars, *, timeframe="1h", at=NOW):
    """Stores the bars of one instrument."""
    return store_candles(instrument=instrument.pk, timeframe=timeframe, candles=bars, batch=batch, at=at)


def story(version=None):
    """All signals with their outcomes, without ids and wall-clock columns."""
    rows = Signal.objects.select_related("outcome", "instrument__venue").order_by(
        "instrument__venue__name", "instrument__symbol", "bar_time", "side"
    )
    if version:
        rows = rows.filter(version=version)
    return [_told(row) for row in rows]


def _told(row):
    outcome = getattr(row, "outcome", None)
    fields = (
        "state",
        "reason",
        "detail",
        "close",
        "stop",
        "targets",
        "confidence",
        "reward_risk",
        "historical",
    )
    left_out = {"signal", "instrument", "settled_at", "amended_from"}
    ended = [field.name for field in Outcome._meta.fields if field.name not in left_out]
    return (
        row.instrument.symbol,
        row.bar_time,
        row.side,
        *(getattr(row, name) for name in fields),
        *((getattr(outcome, name) for name in ended) if outcome else ()),
    )


def evaluated():
    """Bars that were evaluated in all."""
    return sum(Evaluation.objects.filter(kind="advance").values_list("bars", flat=True))


def later(hours):
    """Hours after now."""
    return NOW + timedelta(hours=hours)

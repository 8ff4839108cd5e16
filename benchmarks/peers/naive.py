"""The ticks the naive way: model instances, a query and a save each, all recomputed with pandas and TA-Lib.

It is how one writes it first: for each instrument and strategy read the last bars through Django's models,
make a frame, compute whole columns, look at the last row, save what came of it. It does less than the
pipeline: no fence, no levels kept up, no evaluation rows, no notices.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd
import talib

from benchmarks.parts.rows import cpu_seconds

if TYPE_CHECKING:
    from heliograph.market.models import Instrument
    from heliograph.signals.models import StrategyVersion

BARS = 500


@dataclass(frozen=True, slots=True)
class Naive:
    """What was timed: evaluations of a bar by a strategy, and the seconds of all of them."""

    evaluations: int
    signals: int
    seconds: float
    cpu_seconds: float


def add_versions(texts: Sequence[str], *, at: datetime) -> list[int]:
    """Rows for its signals to belong to. Drafts: the pipeline does not run them."""
    from heliograph.signals.models import StrategyVersion
    from heliograph.signals.strategies import add_strategy

    draft = StrategyVersion.Stage.DRAFT
    return [
        add_strategy(text=text.replace('name = "', 'name = "Naive '), stage=draft, at=at).pk for text in texts
    ]


def run(instruments: Sequence[int], version_ids: Sequence[int], times: Sequence[datetime]) -> Naive:
    """Evaluate these bars of these instruments with each strategy, bar by bar."""
    from heliograph.market.models import Instrument
    from heliograph.signals.models import StrategyVersion

    versions = list(StrategyVersion.objects.filter(pk__in=version_ids).order_by("pk"))
    began, spent, signals = time.perf_counter(), cpu_seconds(), 0
    for moment in times:
        for instrument in Instrument.objects.filter(pk__in=instruments):
            for number, version in enumerate(versions):
                signals += _evaluate(instrument, version, number, moment)
    took = time.perf_counter() - began
    return Naive(len(times) * len(instruments) * len(versions), signals, took, cpu_seconds() - spent)


def _evaluate(instrument: "Instrument", version: "StrategyVersion", number: int, moment: datetime) -> int:
    """One bar of one instrument; returns how many signals it gave."""
    from heliograph.signals.models import Outcome, Signal

    last = columns(_frame(instrument, moment), number).iloc[-1]
    running = Signal.objects.filter(
        version=version, instrument=instrument, outcome__state__in=Outcome.RUNNING
    ).select_related("outcome")
    signal = running.first()
    if signal is not None:
        if last["low"] <= signal.stop or last["high"] >= signal.targets[0] or last["exit"]:
            signal.outcome.state = Outcome.State.SETTLED
            signal.outcome.exit_time, signal.outcome.exit_price = moment, float(last["close"])
            signal.outcome.save()
        return 0
    if not last["enter"]:
        return 0
    made = Signal.objects.create(
        version=version,
        instrument=instrument,
        bar_time=moment,
        side="long",
        state=Signal.State.PUBLISHED,
        close=float(last["close"]),
        stop=float(last["stop"]),
        targets=[float(last["target"])],
        historical=False,
        created_at=moment,
    )
    Outcome.objects.create(signal=made, instrument_id=made.instrument_id, bar_time=made.bar_time)
    return 1


def _frame(instrument: "Instrument", moment: datetime) -> pd.DataFrame:
    from heliograph.market.models import Candle

    newest = Candle.objects.filter(instrument=instrument, timeframe="1m", open_time__lte=moment)
    candles = list(newest.order_by("-open_time")[:BARS])
    return pd.DataFrame(
        {
            "high": [candle.high for candle in reversed(candles)],
            "low": [candle.low for candle in reversed(candles)],
            "close": [candle.close for candle in reversed(candles)],
        },
        index=pd.DatetimeIndex([candle.open_time for candle in reversed(candles)]),
    )


def columns(frame: pd.DataFrame, number: int) -> pd.DataFrame:
    """The strategy of `parts.market` with that number."""
    close, length = frame["close"], 11 + number
    fast, slow = talib.EMA(close, 9 + number), talib.EMA(close, 21 + 2 * number)
    crossed = (fast.shift(1) <= slow.shift(1)) & (fast > slow)
    trend = (talib.RSI(close, length) < 70) & (close > talib.SMA(close, 40 + 5 * number))
    width = talib.ATR(frame["high"], frame["low"], close, length)
    frame["enter"] = crossed & trend
    frame["exit"] = (close.shift(1) >= slow.shift(1)) & (close < slow)
    frame["stop"], frame["target"] = close - 2 * width, close + 2 * width
    return frame

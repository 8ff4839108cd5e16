"""A result cut into parts: by instrument, by month or year, and as a curve day by day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Floats, Times
from heliograph.engine.exits.records import Records
from heliograph.engine.performance.estimates import Estimate, mean_of
from heliograph.engine.performance.growth import SUMMED
from heliograph.engine.performance.summary import Summary
from heliograph.market.models import Instrument
from heliograph.research.models import StoredBacktest
from heliograph.research.result import Result

# So many months are shown as months; more as years.
MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class InstrumentLine:
    """What one instrument brought; `mean_r` rests on its trades that have an R."""

    instrument: int
    symbol: str
    summary: Summary
    mean_r: Estimate


@dataclass(frozen=True, slots=True)
class Curve:
    """Opens of UTC days (ms), the sum of all results until then and how far that is below its highest,
    both in percent of one stake."""

    days: Times
    equity: Floats
    drawdown: Floats


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year by the exits in it: `name` is 2024-03 or 2024; the fall is the deepest within it."""

    name: str
    trades: int
    result_pct: float
    equity_pct: float
    drawdown_pct: float
    mean_r: Estimate


def by_instrument(stored: StoredBacktest, result: Result) -> list[InstrumentLine]:
    """The instruments that have a trade, by symbol. One statement."""
    names = dict(Instrument.objects.filter(pk__in=stored.instruments).values_list("pk", "symbol"))
    records, summaries = result.closed.records, result.by_symbol
    lines = []
    for place, instrument in enumerate(stored.instruments):
        own = records[records["instrument"] == place]
        if len(own):
            symbol = names[instrument]
            lines.append(InstrumentLine(instrument, symbol, summaries[symbol], mean_r(own)))
    return sorted(lines, key=lambda line: line.symbol)


def curve_of(result: Result) -> Curve:
    """The equity from the first bar to the last; empty without trades."""
    days, results = result.closed.daily
    return Curve(days, SUMMED.equity(results), SUMMED.falls(results))


def by_period(result: Result, curve: Curve) -> list[Period]:
    """Months, or years where there are very many, the newest first."""
    if not len(curve.days):
        return []
    months = curve.days.astype("datetime64[ms]").astype("datetime64[M]")
    count = int((months[-1] - months[0]).astype(int)) + 1
    unit = "datetime64[M]" if count <= MOST_MONTHS else "datetime64[Y]"
    return list(_periods(result.closed.records, curve, unit))[::-1]


def mean_r(records: Records) -> Estimate:
    """The mean R of trades with its interval."""
    return mean_of(records["r"])


def _periods(records: Records, curve: Curve, unit: str) -> Iterator[Period]:
    days = curve.days.astype("datetime64[ms]").astype(unit)
    exits = records["exit_time"].astype("datetime64[ms]").astype(unit)
    before = 0.0
    for period in np.unique(days):
        there, own = days == period, records[exits == period]
        equity = curve.equity[there]
        yield Period(
            name=str(period),
            trades=len(own),
            result_pct=float(equity[-1] - before),
            equity_pct=float(equity[-1]),
            drawdown_pct=_fall(equity - before),
            mean_r=mean_r(own),
        )
        before = float(equity[-1])


def _fall(equity: Floats) -> float:
    highest = np.maximum(np.maximum.accumulate(equity), 0.0)
    return float(np.max(highest - equity, initial=0.0))


def results_in_r(result: Result) -> Sequence[float]:
    """The results in R of all finished trades that have one."""
    known = result.closed.records["r"]
    values: list[float] = known[~np.isnan(known)].tolist()
    return values

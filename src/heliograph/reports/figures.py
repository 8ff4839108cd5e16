"""The figures of signals from their sums and their days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Floats, Times
from heliograph.engine.performance.daily import daily
from heliograph.engine.performance.distribution import R_EDGES, Histogram
from heliograph.engine.performance.drawdown import max_drawdown
from heliograph.engine.performance.estimates import Estimate, share
from heliograph.engine.performance.growth import SUMMED
from heliograph.engine.performance.known import over
from heliograph.engine.performance.ratios import calmar, sharpe, sortino, volatility, yearly_return
from heliograph.engine.performance.risk import historical_risk
from heliograph.engine.performance.sums import ResultSums, quantile_of
from heliograph.engine.timeframe import DAY
from heliograph.reports.sums import Day, Sums

EPOCH_DAY = np.datetime64("1970-01-01")


@dataclass(frozen=True, slots=True)
class SeriesMeasures:
    """Of the daily series from the first day on which one of these signals ended to the last such day; days
    without an end are 0. See the engine's `ratios`, `drawdown` and `risk` for each. None where unknown.

    `volatility`, `yearly`, `max_drawdown` and the risks of a day (at 95 %, by the days themselves) are in the
    unit of the results.
    """

    days: int
    yearly: float | None
    volatility: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    max_drawdown: float | None
    value_at_risk: float | None
    expected_shortfall: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """Results in one unit: R, or percent of one stake after costs. `total` is their sum, None of none.

    `series` is None without a result, and for groups of which no days are kept.
    """

    expectancy: Estimate
    total: float | None
    profit_factor: float | None
    series: SeriesMeasures | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How results in R are spread: counts by `edges`, a bin holding its lower edge, with those `below` and
    `above`; and quantiles known to the width of a bin, None where they lie outside the edges.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    below: int
    above: int
    q05: float | None
    q25: float | None
    median: float | None
    q75: float | None
    q95: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What settled signals came to. A hit is one with a return above zero after costs.

    `mfe_r` and `mae_r` are the mean best and worst excursions in R; `bars_held` and `hours_held` the mean
    time from entry to outcome. `brier` and `log_loss` are of the signals with a confidence.
    """

    signals: int
    hit_rate: Estimate
    r: Results
    pct: Results
    spread_r: Spread
    mfe_r: float | None
    mae_r: float | None
    bars_held: float | None
    hours_held: float | None
    brier: float | None
    log_loss: float | None


def figures(sums: Sums, days: Sequence[Day] | None) -> Figures:
    """The figures of sums, and of the days that they are the sums of; None where no days are kept."""
    in_r = ResultSums(sums.with_r, sums.r, sums.r_squares, sums.r_won, sums.r_lost)
    in_pct = ResultSums(sums.with_pct, sums.pct, sums.pct_squares, sums.pct_won, sums.pct_lost)
    days_r = None if days is None else [(one, one.r) for one in days if one.with_r]
    days_pct = None if days is None else [(one, one.pct) for one in days if one.with_pct]
    hours = over(sums.seconds, sums.with_seconds)
    return Figures(
        signals=sums.number,
        hit_rate=share(sums.hits, sums.with_pct),
        r=_results(in_r, days_r),
        pct=_results(in_pct, days_pct),
        spread_r=_spread(sums.r_bins),
        mfe_r=over(sums.mfe, sums.with_mfe),
        mae_r=over(sums.mae, sums.with_mae),
        bars_held=over(sums.bars, sums.with_bars),
        hours_held=None if hours is None else hours / 3_600,
        brier=over(sums.said_squares, sums.said),
        log_loss=over(sums.said_log_loss, sums.said),
    )


def _results(sums: ResultSums, days: Sequence[tuple[Day, float]] | None) -> Results:
    return Results(
        expectancy=sums.expectancy,
        total=sums.total if sums.n else None,
        profit_factor=sums.profit_factor,
        series=_measures(days) if days else None,
    )


def _measures(days: Sequence[tuple[Day, float]]) -> SeriesMeasures:
    row = _row(_milliseconds([one for one, _ in days]), np.array([value for _, value in days]))
    risk = historical_risk(row)
    return SeriesMeasures(
        days=len(row),
        yearly=yearly_return(row, SUMMED),
        volatility=volatility(row),
        sharpe=sharpe(row),
        sortino=sortino(row),
        calmar=calmar(row, SUMMED),
        max_drawdown=max_drawdown(row, SUMMED),
        value_at_risk=risk.value_at_risk,
        expected_shortfall=risk.expected_shortfall,
    )


def _row(times: Times, results: Floats) -> Floats:
    """One value for each day: what was summed in the database is one result of its day here."""
    return daily(times, results, first=int(times.min()), last=int(times.max())).results


def _milliseconds(days: Sequence[Day]) -> Times:
    return (np.array([one.day for one in days], dtype="datetime64[D]") - EPOCH_DAY).astype(np.int64) * DAY


def _spread(bins: Sequence[int]) -> Spread:
    counted = Histogram(
        edges=np.array(R_EDGES),
        counts=np.array(bins[1:-1], dtype=np.int64),
        below=bins[0],
        above=bins[-1],
        unknown=0,
    )
    marks = [quantile_of(counted, mark) for mark in (0.05, 0.25, 0.5, 0.75, 0.95)]
    return Spread(R_EDGES, tuple(bins[1:-1]), bins[0], bins[-1], *marks)

"""All measures of a series of periods at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Times
from heliograph.engine.performance.drawdown import Drawdown, drawdowns, max_drawdown, ulcer_index
from heliograph.engine.performance.growth import DAYS_PER_YEAR, Growth
from heliograph.engine.performance.known import known
from heliograph.engine.performance.moments import excess_kurtosis, skewness
from heliograph.engine.performance.ratios import (
    calmar,
    omega,
    sharpe,
    sortino,
    tail_ratio,
    total_return,
    volatility,
    yearly_return,
)
from heliograph.engine.performance.risk import TailRisk, cornish_fisher_risk, gaussian_risk, historical_risk
from heliograph.engine.performance.sharpe_inference import (
    TrackRecord,
    least_track_record,
    probabilistic_sharpe,
    robust_sharpe_error,
)


@dataclass(frozen=True, slots=True)
class SeriesFigures:
    """A series in figures; see the functions of this package for each. None where unknown.

    `periods` are the known ones. `total`, `yearly`, `volatility`, drawdowns, `ulcer_index` and risks are in
    the unit of the results, or, where they are compounded, parts of 1. `sharpe`, `sortino`, `calmar` and
    `sharpe_error` are per year; the risks are those of one period at 95 %. `probability_of_skill` is the
    probabilistic Sharpe ratio against 0, `least_periods` the track record that it takes to believe it by 95
    %.
    """

    periods: int
    total: float | None
    yearly: float | None
    volatility: float | None
    sharpe: float | None
    sharpe_error: float | None
    sortino: float | None
    calmar: float | None
    omega: float | None
    max_drawdown: float | None
    deepest: tuple[Drawdown, ...]
    ulcer_index: float | None
    tail_ratio: float | None
    skewness: float | None
    excess_kurtosis: float | None
    historical: TailRisk
    gaussian: TailRisk
    cornish_fisher: TailRisk
    probability_of_skill: float | None
    least_periods: float | None


def series_figures(
    days: Times, results: npt.ArrayLike, growth: Growth, *, per_year: float = DAYS_PER_YEAR
) -> SeriesFigures:
    """The figures of results float64[D] on days int64[D] (UTC milliseconds, rising).

    For signals give the days and results of `daily`, and SUMMED.
    """
    row = known(results)
    record, error = TrackRecord.of(row), robust_sharpe_error(row)
    return SeriesFigures(
        periods=len(row),
        total=total_return(row, growth),
        yearly=yearly_return(row, growth, per_year=per_year),
        volatility=volatility(row, per_year=per_year),
        sharpe=sharpe(row, per_year=per_year),
        sharpe_error=None if error is None else error * float(np.sqrt(per_year)),
        sortino=sortino(row, per_year=per_year),
        calmar=calmar(row, growth, per_year=per_year),
        omega=omega(row),
        max_drawdown=max_drawdown(row, growth),
        deepest=tuple(drawdowns(days, results, growth)),
        ulcer_index=ulcer_index(row, growth),
        tail_ratio=tail_ratio(row),
        skewness=skewness(row),
        excess_kurtosis=excess_kurtosis(row),
        historical=historical_risk(row),
        gaussian=gaussian_risk(row),
        cornish_fisher=cornish_fisher_risk(row),
        probability_of_skill=None if record is None else probabilistic_sharpe(record),
        least_periods=None if record is None else least_track_record(record),
    )

"""What a series of periods brought for its risk.

Results are float[D], one for each period, in any unit unless a curve that compounds is asked for. `per_year`
is how many periods a year has: 365 for the daily series of signals, 252 for sessions of an exchange. A
riskless rate is 0; for another one, or against a benchmark, give the differences.
"""

import numpy as np
import numpy.typing as npt

from heliograph.engine.performance.drawdown import max_drawdown
from heliograph.engine.performance.growth import DAYS_PER_YEAR, Growth
from heliograph.engine.performance.known import deviation, known, over


def total_return(results: npt.ArrayLike, growth: Growth) -> float | None:
    """What all known periods brought; None without one."""
    return growth.total(known(results))


def yearly_return(results: npt.ArrayLike, growth: Growth, *, per_year: float = DAYS_PER_YEAR) -> float | None:
    """What a year brings at the pace of the known periods: compounded, CAGR; added up, the mean times
    `per_year`. None without a period.
    """
    return growth.yearly(known(results), per_year=per_year)


def volatility(results: npt.ArrayLike, *, per_year: float = DAYS_PER_YEAR) -> float | None:
    """The deviation of a sample (n - 1) times the root of the periods of a year, in the unit of the results;
    None of fewer than two.
    """
    spread = deviation(known(results))
    return None if spread is None else spread * per_year**0.5


def sharpe(results: npt.ArrayLike, *, per_year: float = DAYS_PER_YEAR) -> float | None:
    """Mean over deviation (n - 1), times the root of the periods of a year; None of fewer than two periods,
    and where all are the same.

    Sharpe (1994), "The Sharpe ratio".
    """
    row = known(results)
    spread = deviation(row)
    return float(np.mean(row)) / spread * per_year**0.5 if spread else None


def sortino(results: npt.ArrayLike, *, per_year: float = DAYS_PER_YEAR) -> float | None:
    """Mean over the root of the mean square of the negative results (all periods count), times the root of
    the periods of a year; None without a period, and without a loss.

    Sortino and Price (1994), "Performance measurement in a downside risk framework", with a target of 0.
    """
    row = known(results)
    downside = float(np.sqrt(np.mean(np.minimum(row, 0.0) ** 2))) if len(row) else 0.0
    return float(np.mean(row)) / downside * per_year**0.5 if downside else None


def calmar(results: npt.ArrayLike, growth: Growth, *, per_year: float = DAYS_PER_YEAR) -> float | None:
    """The yearly return over the deepest drawdown; None without a drawdown.

    Young (1991), "Calmar ratio: a smoother tool", over all periods instead of three years.
    """
    yearly, deepest = yearly_return(results, growth, per_year=per_year), max_drawdown(results, growth)
    return None if yearly is None or deepest is None else over(yearly, deepest)


def omega(results: npt.ArrayLike, *, threshold: float = 0.0) -> float | None:
    """The sum of what is above the threshold (per period, in the unit of the results) over the sum of what
    is below; None where nothing is below.

    Keating and Shadwick (2002), "A universal performance measure".
    """
    apart = known(results) - threshold
    return over(float(np.sum(np.maximum(apart, 0.0))), float(np.sum(np.maximum(-apart, 0.0))))


def tail_ratio(results: npt.ArrayLike) -> float | None:
    """The 95 % quantile over the 5 % quantile, both without their sign; None without a period, and where the
    latter is 0.

    As in empyrical; quantiles as in `describe`.
    """
    row = known(results)
    if not len(row):
        return None
    low, high = (abs(float(mark)) for mark in np.quantile(row, (0.05, 0.95)))
    return over(high, low)

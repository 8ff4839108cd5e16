"""Measures of finished trades and of daily results. What cannot be computed is None."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats, Times
from heliograph.engine.timeframe import DAY

DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over finished trades, in the order in which they ended.

    `r` and `r_known` are the sum and the number of the results in R; `profit` and `loss` the sums of the
    positive and of the negative results, in percent of one stake like `fees`.
    """

    trades: int = 0
    wins: int = 0
    r: float = 0.0
    r_known: int = 0
    profit: float = 0.0
    loss: float = 0.0
    result: float = 0.0
    fees: float = 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """A backtest in seven figures; those in percent are percent of one stake, and nothing is compounded."""

    trades: int
    win_rate: float | None
    expectancy_r: float | None
    profit_factor: float | None
    total_return_pct: float
    max_drawdown_pct: float
    fees_pct: float

    @classmethod
    def of(cls, totals: Totals, *, max_drawdown_pct: float) -> "Summary":
        """The summary of those trades."""
        return cls(
            trades=totals.trades,
            win_rate=totals.wins / totals.trades if totals.trades else None,
            expectancy_r=totals.r / totals.r_known if totals.r_known else None,
            profit_factor=totals.profit / -totals.loss if totals.loss else None,
            total_return_pct=totals.result,
            max_drawdown_pct=max_drawdown_pct,
            fees_pct=totals.fees,
        )


def max_drawdown(results: Floats) -> float:
    """The deepest fall of the sum of `results` below its highest so far (0 at first), in their unit; 0 if
    it never falls.

    Magdon-Ismail and Atiya (2004), "Maximum drawdown", for a sum instead of a product.
    """
    equity = np.cumsum(results)
    if not len(equity):
        return 0.0
    return float(np.max(np.maximum(np.maximum.accumulate(equity), 0.0) - equity, initial=0.0))


def daily(times: Times, results: Floats, *, first: int, last: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """UTC days from that of `first` to that of `last` (their opens in ms), and the sum of the results of
    each.
    """
    start, stop = first // DAY, last // DAY + 1
    sums = np.bincount(times // DAY - start, weights=results, minlength=stop - start)
    return np.arange(start, stop, dtype=np.int64) * DAY, sums.astype(np.float64)


def sharpe(results: Floats, *, per_year: int = DAYS_PER_YEAR) -> float | None:
    """Mean over standard deviation (of a sample, n - 1), times the root of the periods per year.

    Sharpe (1994), "The Sharpe ratio", with a riskless rate of 0.
    """
    spread = float(np.std(results, ddof=1)) if len(results) > 1 else 0.0
    return float(np.mean(results)) / spread * float(np.sqrt(per_year)) if spread > 0 else None


def sortino(results: Floats, *, per_year: int = DAYS_PER_YEAR) -> float | None:
    """Mean over the root of the mean square of the negative results (all periods count), times the root
    of the periods.

    Sortino and Price (1994), "Performance measurement in a downside risk framework", with a target of 0.
    """
    if not len(results):
        return None
    downside = float(np.sqrt(np.mean(np.minimum(results, 0.0) ** 2)))
    return float(np.mean(results)) / downside * float(np.sqrt(per_year)) if downside > 0 else None

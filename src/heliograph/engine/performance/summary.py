"""A backtest in seven figures."""

from dataclasses import dataclass

from heliograph.engine.performance.known import over


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
    def of(cls, totals: Totals, *, max_drawdown_pct: float | None) -> "Summary":
        """The summary of those trades; a sum of no trades stays at zero and never falls."""
        return cls(
            trades=totals.trades,
            win_rate=over(totals.wins, totals.trades),
            expectancy_r=over(totals.r, totals.r_known),
            profit_factor=over(totals.profit, -totals.loss),
            total_return_pct=totals.result,
            max_drawdown_pct=max_drawdown_pct or 0.0,
            fees_pct=totals.fees,
        )

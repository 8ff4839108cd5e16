"""Measures from sums, where the results themselves are too many to be read again."""

from dataclasses import dataclass
from math import isfinite

import numpy as np
import numpy.typing as npt

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.distribution import Histogram
from heliograph.engine.performance.estimates import Estimate, mean, spread
from heliograph.engine.performance.known import known, over


@dataclass(frozen=True, slots=True)
class ResultSums:
    """Known results of one unit, added up: their number, sum and sum of squares, and the sums of those above
    and of those below 0 (`lost` is 0 or negative). Those of several groups are added with `+`.
    """

    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    won: float = 0.0
    lost: float = 0.0

    def __add__(self, other: "ResultSums") -> "ResultSums":
        return ResultSums(
            self.n + other.n,
            self.total + other.total,
            self.squares + other.squares,
            self.won + other.won,
            self.lost + other.lost,
        )

    @classmethod
    def of(cls, values: npt.ArrayLike) -> "ResultSums":
        """The sums of a row of results; unknown ones are left out."""
        row = known(values)
        won, lost = float(np.sum(row[row > 0])), float(np.sum(row[row < 0]))
        return cls(len(row), float(np.sum(row)), float(np.sum(row**2)), won, lost)

    @property
    def expectancy(self) -> Estimate:
        """The mean result with Student's interval, as `results.expectancy` has it."""
        deviation = spread(self.n, self.total, self.squares)
        return mean(over(self.total, self.n), deviation, self.n)

    @property
    def profit_factor(self) -> float | None:
        """The sum of the wins over that of the losses; None without a loss."""
        return over(self.won, -self.lost)


def quantile_of(histogram: Histogram, mark: float) -> float | None:
    """The quantile `mark`, 0 to 1, of counted values, as if those of a bin lay evenly in it.

    So it is known to the width of a bin. None without a value, and where it lies below the first edge or
    above the last one.
    """
    if not (isfinite(mark) and 0 <= mark <= 1):
        raise BadResults(f"A quantile lies between 0 and 1, not at {mark:g}.")
    counts = np.concatenate(([histogram.below], histogram.counts, [histogram.above]))
    ends = np.cumsum(counts)
    n = int(ends[-1])
    if not n:
        return None
    # The first bin that holds something and reaches so far.
    place = int(np.searchsorted(ends, max(mark * n, 0.5)))
    if place in (0, len(counts) - 1):
        return None
    low, high = float(histogram.edges[place - 1]), float(histogram.edges[place])
    inside = (mark * n - float(ends[place - 1])) / float(counts[place])
    return low + min(max(inside, 0.0), 1.0) * (high - low)

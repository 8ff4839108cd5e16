"""How the results of periods become a curve: added up, or compounded.

The measures that look at the curve (total, yearly return, drawdowns and what rests on them) are told which.
Signals are one equal stake each, so theirs are added up (SUMMED); returns of a price or of an account are
reinvested (COMPOUNDED).
"""

from math import expm1, log
from typing import Protocol

import numpy as np

from heliograph.engine.bars import Floats

DAYS_PER_YEAR = 365
# e to this power is the largest number there is.
LARGEST = 709.0


class Growth(Protocol):
    """What becomes of known results, float64[D], one after the other."""

    def equity(self, results: Floats) -> Floats:
        """The curve after each period, float64[D]."""

    def falls(self, results: Floats) -> Floats:
        """How far the curve is below its highest so far, float64[D], 0 or positive; the beginning counts."""

    def total(self, results: Floats) -> float | None:
        """What all periods brought; None without one."""

    def yearly(self, results: Floats, *, per_year: float) -> float | None:
        """What a year brings at that pace; None without a period."""


class Summed:
    """Results of any unit, added up from 0; falls are in that unit."""

    def equity(self, results: Floats) -> Floats:
        return np.cumsum(results)

    def falls(self, results: Floats) -> Floats:
        equity = self.equity(results)
        return np.maximum(np.maximum.accumulate(equity), 0.0) - equity

    def total(self, results: Floats) -> float | None:
        return float(np.sum(results)) if len(results) else None

    def yearly(self, results: Floats, *, per_year: float) -> float | None:
        """The mean times the periods of a year."""
        return float(np.mean(results)) * per_year if len(results) else None


class Compounded:
    """Returns as parts of 1 (0.01 is one percent), multiplied from 1; falls are parts of the highest."""

    def equity(self, results: Floats) -> Floats:
        equity: Floats = np.cumprod(1.0 + results, dtype=np.float64)
        return equity

    def falls(self, results: Floats) -> Floats:
        equity = self.equity(results)
        falls: Floats = 1.0 - equity / np.maximum(np.maximum.accumulate(equity), 1.0)
        return falls

    def total(self, results: Floats) -> float | None:
        return float(np.prod(1.0 + results)) - 1.0 if len(results) else None

    def yearly(self, results: Floats, *, per_year: float) -> float | None:
        """The compound annual growth rate: the end to the power of a year over all periods, less 1.

        None where the end is below nothing, and where the rate is larger than any number.
        """
        end = float(np.prod(1.0 + results))
        if end <= 0 or not len(results):
            return -1.0 if end == 0 else None
        power = log(end) * per_year / len(results)
        return expm1(power) if power < LARGEST else None


SUMMED = Summed()
COMPOUNDED = Compounded()

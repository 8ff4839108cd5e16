"""Shares and means with their 95 % interval and the number of cases that they rest on."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from heliograph.engine.performance.known import deviation, known
from heliograph.engine.performance.student import Z95, student

EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or share with its 95 % interval and the number that it rests on.

    None where it cannot be known.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None


def share(hits: int, n: int) -> Estimate:
    """A share with Wilson's interval; unknown of nothing.

    Wilson (1927), "Probable inference", without correction for continuity; Newcombe (1998), method 3.
    """
    if not n:
        return Estimate(0, None, None, None)
    p = hits / n
    centre = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * (p * (1 - p) / n + Z95**2 / (4 * n**2)) ** 0.5
    return Estimate(n, p, max(0.0, centre - half), min(1.0, centre + half))


def mean(value: float | None, spread: float | None, n: int) -> Estimate:
    """A mean with Student's interval; `spread` is the sample's deviation, None with fewer than two."""
    if value is None or spread is None or n < 2:
        return Estimate(n, value, None, None)
    half = student(n - 1) * spread / n**0.5
    return Estimate(n, value, value - half, value + half)


def mean_of(values: npt.ArrayLike) -> Estimate:
    """The mean of a row of numbers with Student's interval, as if they were independent.

    NaN and infinite ones are left out. No value is no mean, one is a mean without an interval.
    """
    row = known(values)
    return mean(float(np.mean(row)) if len(row) else None, deviation(row), len(row))


def spread(n: int, total: float, squares: float) -> float | None:
    """The sample's deviation from a sum and the sum of squares; None with fewer than two.

    Where no more is left of the squares than rounding leaves of them, all values are the same: 0.
    """
    if n < 2:
        return None
    left = squares - total * total / n
    return sqrt(left / (n - 1)) if left > n * EPSILON * squares else 0.0

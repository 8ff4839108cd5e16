"""Skewness and kurtosis."""

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.performance.known import are_same, known


def skewness(values: npt.ArrayLike) -> float | None:
    """How lopsided a sample is, without a unit: 0 if it is symmetric, negative with a long tail of losses.
    None of fewer than three values and where all are the same; unknown ones are left out.

    The adjusted Fisher-Pearson coefficient G1 of Joanes and Gill (1998), "Comparing measures of sample
    skewness and kurtosis".
    """
    row = known(values)
    n = len(row)
    if n < 3 or are_same(row):
        return None
    return population_moments(row)[0] * float(np.sqrt(n * (n - 1))) / (n - 2)


def excess_kurtosis(values: npt.ArrayLike) -> float | None:
    """How heavy the tails of a sample are, without a unit: 0 for a normal distribution, positive for heavier
    ones. None of fewer than four values and where all are the same; unknown ones are left out.

    G2 of Joanes and Gill (1998).
    """
    row = known(values)
    n = len(row)
    if n < 4 or are_same(row):
        return None
    g2 = population_moments(row)[1] - 3.0
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6.0)


def population_moments(values: Floats) -> tuple[float, float]:
    """The third and fourth standardised moments of known values that are not all the same, without
    adjustment: 0 and 3 for a normal distribution.

    The fourth is never below the square of the third plus 1, on which the errors of a Sharpe ratio rely.
    """
    apart = values - np.mean(values)
    variance = float(np.mean(apart**2))
    return float(np.mean(apart**3)) / variance**1.5, float(np.mean(apart**4)) / variance**2

"""Value at risk and expected shortfall, each by three methods.

Both are losses, as positive numbers, of one period and in the unit of the results; a negative one is a gain.
At the level 0.95 the value at risk is the loss that one period in twenty exceeds, and the expected shortfall
the mean loss of those periods. Unknown periods are left out; too few are None.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.known import deviation, known
from heliograph.engine.performance.moments import excess_kurtosis, skewness
from heliograph.engine.performance.student import NORMAL


@dataclass(frozen=True, slots=True)
class TailRisk:
    """A value at risk and the expected shortfall beyond it, by the method that made them."""

    value_at_risk: float | None
    expected_shortfall: float | None


UNKNOWN = TailRisk(None, None)
# One normal value in a thousand million lies further out.
FAR_END = -6.0


def historical_risk(results: npt.ArrayLike, *, level: float = 0.95) -> TailRisk:
    """By the periods themselves; None without one.

    The value at risk is the quantile of the results, linear between two of them (Hyndman and Fan, type 7).
    The shortfall is the mean of the worst n (1 - level) results, the last of them by its part: Acerbi and
    Tasche (2002), "On the coherence of expected shortfall".
    """
    row, tail = known(results), _tail(level)
    if not len(row):
        return UNKNOWN
    worst = tail * len(row)
    whole = min(int(worst), len(row) - 1)
    lowest = np.partition(row, whole)[: whole + 1]
    sum_of_worst = float(np.sum(lowest[:whole])) + (worst - whole) * float(lowest[whole])
    return TailRisk(-float(np.quantile(row, tail)), -sum_of_worst / worst)


def gaussian_risk(results: npt.ArrayLike, *, level: float = 0.95) -> TailRisk:
    """Of a normal distribution with the mean and deviation (n - 1) of the results; None of fewer than two.

    McNeil, Frey and Embrechts (2005), "Quantitative risk management", section 2.2.
    """
    row, tail = known(results), _tail(level)
    spread = deviation(row)
    if spread is None:
        return UNKNOWN
    z, mean = NORMAL.inv_cdf(tail), float(np.mean(row))
    return TailRisk(-(mean + z * spread), -(mean - NORMAL.pdf(z) / tail * spread))


def cornish_fisher_risk(results: npt.ArrayLike, *, level: float = 0.95) -> TailRisk:
    """Of a normal distribution bent by the skewness and excess kurtosis of the results.

    None of fewer than four periods, where all are the same, and where the expansion does not rise all the way
    up to the quantile, so that it is none of a distribution. Favre and Galeano (2002), "Mean-modified
    value-at-risk optimization with hedge funds"; the shortfall and the domain after Maillard (2012), "A
    user's guide to the Cornish Fisher expansion".
    """
    row, tail = known(results), _tail(level)
    skew, kurtosis, spread = skewness(row), excess_kurtosis(row), deviation(row)
    if skew is None or kurtosis is None or spread is None:
        return UNKNOWN
    z, mean = NORMAL.inv_cdf(tail), float(np.mean(row))
    if not _rises_up_to(z, skew, kurtosis):
        return UNKNOWN
    bent = z + (z**2 - 1) * skew / 6 + (z**3 - 3 * z) * kurtosis / 24 - (2 * z**3 - 5 * z) * skew**2 / 36
    beyond = 1 + z * skew / 6 + (z**2 - 1) * kurtosis / 24 - (2 * z**2 - 1) * skew**2 / 36
    return TailRisk(-(mean + bent * spread), -(mean - NORMAL.pdf(z) / tail * beyond * spread))


def _rises_up_to(z: float, skew: float, kurtosis: float) -> bool:
    """True if the derivative of the expansion, a z^2 + b z + c, is positive from the far end of the tail to
    `z`.
    """
    a, b, c = kurtosis / 8 - skew**2 / 6, skew / 3, 1 - kurtosis / 8 + 5 * skew**2 / 36
    places = [FAR_END, z]
    if a > 0:
        places.append(min(max(-b / (2 * a), FAR_END), z))
    return all(a * place**2 + b * place + c > 0 for place in places)


def _tail(level: float) -> float:
    if not 0.5 < level < 1:
        raise BadResults(f"The level of a value at risk is between 0.5 and 1, not {level:g}.")
    return 1 - level

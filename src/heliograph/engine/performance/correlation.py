"""How alike strategies do: correlation of their daily results."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.errors import BadResults
from heliograph.engine.performance.known import SAME
from heliograph.engine.performance.student import Z95

# With fewer days a correlation is always nearly 1 or -1; the interval needs one more.
LEAST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Correlations:
    """Of each pair of S series: `values` float64[S, S] from -1 to 1, `low` and `high` their 95 % interval,
    and `days` int64[S, S] on which both have a value. NaN where unknown.
    """

    values: Floats
    low: Floats
    high: Floats
    days: npt.NDArray[np.int64]


def correlations(results: Floats) -> Correlations:
    """Pearson's correlation of each pair of rows of float64[S, D], over the days on which both are known.

    `side_by_side` makes such a table. NaN with fewer than three days in common, and where either is the same
    on all of them; the interval, by Fisher's z (1921), needs four. Days without an end are 0 and count: two
    strategies that are seldom in the market at once are little alike.
    """
    if results.ndim != 2:
        raise BadResults(f"Daily results are a table of series by days, not of shape {results.shape}.")
    known = np.isfinite(results)
    has = known.astype(np.float64)
    scaled = _scaled(results, known)
    squares = scaled**2
    days = has @ has.T
    with np.errstate(invalid="ignore", divide="ignore"):
        sums, own = scaled @ has.T, squares @ has.T
        spread = own - sums**2 / days
        # What is the same on all common days differs in its last digits.
        spread = np.where((days >= LEAST_DAYS) & (spread > SAME * own), spread, np.nan)
        shared = scaled @ scaled.T - sums * sums.T / days
        values = np.clip(shared / np.sqrt(spread * spread.T), -1.0, 1.0)
        half = np.where(days > LEAST_DAYS, Z95 / np.sqrt(days - 3), np.nan)
        z = np.arctanh(values)
    return Correlations(values, np.tanh(z - half), np.tanh(z + half), days.astype(np.int64))


def _scaled(results: Floats, known: npt.NDArray[np.bool_]) -> Floats:
    """Each row about its mean in units of its largest distance from it, and 0 where unknown."""
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    values = np.where(known, results, 0.0)
    apart = np.where(known, values - values.sum(axis=1, keepdims=True) / count, 0.0)
    widest = np.max(np.abs(apart), axis=1, keepdims=True, initial=0.0)
    # A row that does not vary has rounding alone for distances.
    varied = widest > SAME * np.max(np.abs(values), axis=1, keepdims=True, initial=0.0)
    scaled: Floats = np.where(varied, apart, 0.0) / np.where(varied, widest, 1.0)
    return scaled

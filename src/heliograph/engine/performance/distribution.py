"""How values are spread: quantiles and histograms."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.errors import BadResults
from heliograph.engine.performance.known import deviation, known

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
# Half an R wide; a stop at its price is -1 and begins the bin from -1 to -0.5.
R_EDGES: tuple[float, ...] = tuple(edge / 2 for edge in range(-6, 11))


@dataclass(frozen=True, slots=True)
class Distribution:
    """Where `n` known values lie, in their own unit; `unknown` were left out. None where `n` is too small:
    0, for the deviation (n - 1) also 1.
    """

    n: int
    unknown: int
    mean: float | None
    deviation: float | None
    lowest: float | None
    q05: float | None
    q25: float | None
    median: float | None
    q75: float | None
    q95: float | None
    highest: float | None


@dataclass(frozen=True, slots=True)
class Histogram:
    """Counts of values by bins: `edges` float64[K + 1], `counts` int64[K]. A bin holds its lower edge and not
    its upper one; `below`, `above` (from the last edge on) and `unknown` are what is in none.
    """

    edges: Floats
    counts: npt.NDArray[np.int64]
    below: int
    above: int
    unknown: int


def describe(values: npt.ArrayLike) -> Distribution:
    """The distribution of a row of numbers: results in R, excursions, bars held.

    NaN and infinite ones are left out and counted. Quantiles are linear between two values: Hyndman and Fan
    (1996), "Sample quantiles in statistical packages", type 7, as in numpy.
    """
    row = known(values)
    unknown = len(np.asarray(values)) - len(row)
    if not len(row):
        return Distribution(0, unknown, None, None, None, None, None, None, None, None, None)
    marks = (float(mark) for mark in np.quantile(row, QUANTILES))
    return Distribution(len(row), unknown, float(np.mean(row)), deviation(row), *marks)


def histogram(values: npt.ArrayLike, edges: npt.ArrayLike = R_EDGES) -> Histogram:
    """Counts by bins between rising edges; BadResults if they do not rise.

    NaN is counted as unknown; infinities too, they are no results.
    """
    row, borders = known(values), known(edges)
    if len(borders) < 2 or not np.all(np.diff(borders) > 0):
        raise BadResults("A histogram needs two edges or more, rising.")
    counts = np.bincount(np.searchsorted(borders, row, side="right"), minlength=len(borders) + 1)
    return Histogram(
        edges=borders,
        counts=counts[1:-1].astype(np.int64),
        below=int(counts[0]),
        above=int(counts[-1]),
        unknown=len(np.asarray(values)) - len(row),
    )

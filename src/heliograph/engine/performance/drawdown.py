"""Falls of a curve below its highest so far."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats, Times
from heliograph.engine.errors import BadResults
from heliograph.engine.performance.growth import Growth
from heliograph.engine.performance.known import SAME, known


@dataclass(frozen=True, slots=True)
class Drawdown:
    """One fall, from the first period below the highest to the last, as far as there are any.

    `depth` is positive: in the unit of the results where they are added up, a part of the highest where they
    are compounded. Days are the times that were given for the periods; `periods` counts those below.
    `is_over` tells whether the curve came back to its highest.
    """

    depth: float
    first_day: int
    deepest_day: int
    last_day: int
    periods: int
    is_over: bool


def drawdown_series(results: npt.ArrayLike, growth: Growth) -> Floats:
    """How far the curve is below its highest so far, after each known period; 0 or positive, and the
    beginning counts as a height.

    Magdon-Ismail and Atiya (2004), "Maximum drawdown".
    """
    return growth.falls(known(results))


def max_drawdown(results: npt.ArrayLike, growth: Growth) -> float | None:
    """The deepest of these falls; 0 if there is none, None without a period."""
    falls = drawdown_series(results, growth)
    return float(np.max(falls)) if len(falls) else None


def ulcer_index(results: npt.ArrayLike, growth: Growth) -> float | None:
    """The root of the mean square of these falls, in their unit; None without a period.

    Martin and McCann (1989), "The investor's guide to Fidelity funds".
    """
    falls = drawdown_series(results, growth)
    return float(np.sqrt(np.mean(falls**2))) if len(falls) else None


def drawdowns(days: Times, results: npt.ArrayLike, growth: Growth, *, most: int = 5) -> list[Drawdown]:
    """The deepest falls, the deepest first; of equally deep ones the earlier first.

    `days` int64[D] rise, one for each period; unknown periods are left out with their days. Falls of the
    size of rounding are none.
    """
    values = np.asarray(results, dtype=np.float64)
    if values.shape != days.shape:
        raise BadResults(f"Each result needs its day: there are {days.size} days and {values.size} results.")
    days, falls = days[np.isfinite(values)], drawdown_series(values, growth)
    below = falls > SAME * np.max(falls, initial=0.0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], below, [False]))))
    firsts, ends = edges[::2], edges[1::2]
    if not len(firsts):
        return []
    depths = np.maximum.reduceat(np.where(below, falls, 0.0), firsts)
    return [
        Drawdown(
            depth=float(depths[k]),
            first_day=int(days[firsts[k]]),
            deepest_day=int(days[firsts[k] + np.argmax(falls[firsts[k] : ends[k]])]),
            last_day=int(days[ends[k] - 1]),
            periods=int(ends[k] - firsts[k]),
            is_over=bool(ends[k] < len(falls)),
        )
        for k in np.argsort(-depths, kind="stable")[:most]
    ]

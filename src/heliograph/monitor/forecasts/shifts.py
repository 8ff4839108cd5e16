"""Where the level of a measure changed for good.

Chakar, Lebarbier, Levy-Leduc and Robin (2017), "A robust approach for estimating change-points in the mean of
an AR(1) process": what depends on the value before is estimated by medians of differences, which shifts and
outliers do not move, and taken off; what is left is cut where that pays. The cut is the exact one of Jackson
et al. (2005), "An algorithm for optimal partitioning of data on an interval". Before it, values far from the
median about them are drawn in, so that an outlier is no shift.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.monitor.forecasts.season import level, without_seasons

# A level that held for less (hours) is none.
SHORTEST = 6
LEAST = 48
# What a shift must save, in variances times the logarithm of the number of values: tuned on noise that is
# independent, autocorrelated and heavy-tailed to a false shift in fewer than one of fifty histories.
PENALTY = 5.0
# What carries so much of a value on to the next wanders: it has no level that could shift.
WANDERS = 0.85
# A shift by less than so many deviations of the noise is not told.
DEVIATIONS = 1.0
# Of a normal distribution, the deviation over the median of distances.
NORMAL = 1.4826
FAR = 3.0
# The spread of levels without any.
EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Shift:
    """The place of the first value on the new level, the medians before and after, and the size in deviations
    of the noise.
    """

    place: int
    before: float
    after: float
    deviations: float


def level_shifts(values: Floats) -> list[Shift]:
    """The shifts of hourly values float64[n], NaN where unknown, oldest first; none in too few."""
    values = without_seasons(values)
    places = np.flatnonzero(np.isfinite(values))
    known = values[places]
    if len(known) < LEAST or known.min() == known.max():
        return []
    carried = _dependence(known)
    if carried >= WANDERS:
        return []
    apart = known[1:] - carried * known[:-1]
    noise = _noise(apart)
    if not noise > 0:
        return []
    # A line of the same slope goes through what is carried on, too.
    line = _line(known)
    cuts, cost = partition(_drawn(apart, noise))
    _, beside = partition(_drawn(apart - (1 - carried) * line[1:], noise))
    # Many small steps are a slope.
    return _told(known, [cut + 1 for cut in cuts], places) if cost <= beside else []


def partition(values: Floats) -> tuple[list[int], float]:
    """Where to cut a row of variance 1, so that the squares about the means of its pieces and a penalty for
    each cut are least, and how much that is; no piece is shorter than SHORTEST.
    """
    n = len(values)
    penalty = PENALTY * float(np.log(n))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    squares = np.concatenate([[0.0], np.cumsum(values**2)])
    best, last = np.full(n + 1, np.inf), np.zeros(n + 1, dtype=np.int64)
    best[0] = -penalty
    for end in range(SHORTEST, n + 1):
        starts = np.arange(0, end - SHORTEST + 1)
        total = sums[end] - sums[starts]
        costs = best[starts] + squares[end] - squares[starts] - total**2 / (end - starts) + penalty
        last[end] = np.argmin(costs)
        best[end] = costs[last[end]]
    cuts, end = [], n
    while last[end]:
        end = int(last[end])
        cuts.append(end)
    return cuts[::-1], float(best[n])


def _told(known: Floats, cuts: list[int], places: npt.NDArray[np.int64]) -> list[Shift]:
    """The cuts at which the level differs by more than the noise about it, which may grow with the level: the
    least one is taken back until all do.
    """
    while cuts:
        ends = [0, *cuts, len(known)]
        found = [_shift(known, *span, places) for span in zip(ends, ends[1:], ends[2:], strict=False)]
        least = min(found, key=lambda one: one.deviations)
        if least.deviations >= DEVIATIONS:
            return found
        cuts = [cut for cut in cuts if places[cut] != least.place]
    return []


def _shift(known: Floats, first: int, cut: int, last: int, places: npt.NDArray[np.int64]) -> Shift:
    old, new = float(np.median(known[first:cut])), float(np.median(known[cut:last]))
    rest = np.concatenate([known[first:cut] - old, known[cut:last] - new])
    spread = NORMAL * float(np.median(np.abs(rest))) or float(np.std(rest)) or EXACT
    return Shift(int(places[cut]), old, new, abs(new - old) / spread)


def _drawn(values: Floats, noise: float) -> Floats:
    """In deviations of the noise, with what is far from the median about it drawn in."""
    near = level(values, 2 * SHORTEST - 1)
    drawn: Floats = np.clip(values, near - FAR * noise, near + FAR * noise) / noise
    return drawn


def _line(values: Floats) -> Floats:
    """The line of the median slope between values half a history apart: Theil's incomplete method (1950)."""
    half = len(values) // 2
    slope = float(np.median(values[half:] - values[:-half])) / half
    return slope * np.arange(len(values))


def _dependence(values: Floats) -> float:
    """How much of a value is carried on to the next one, 0 to 1."""
    one, two = np.median(np.abs(np.diff(values))), np.median(np.abs(values[2:] - values[:-2]))
    return float(np.clip(two**2 / one**2 - 1, 0, 1)) if one else 0.0


def _noise(values: Floats) -> float:
    """The deviation by differences, whose median a shift does not move; of what mostly stands still, all
    differences.
    """
    steps = np.diff(values)
    robust = NORMAL * float(np.median(np.abs(steps - np.median(steps)))) / np.sqrt(2)
    return float(robust or np.std(steps) / np.sqrt(2))

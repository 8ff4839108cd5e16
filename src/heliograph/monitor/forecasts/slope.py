"""The trend of a measure, where it leads, and when it comes to a limit.

The slope is that of Sen (1968), the median of the slopes between all pairs, which outliers do not move. Its
interval holds for independent values; here each is widened by how much one residual is like the one before.
Where the residuals wander (by the test of Dickey and Fuller a root of one is not excluded), the interval is
that of the changes from day to day.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats

DAY = 24
# Of hours: three days.
LEAST = 72
# So many values are compared in pairs; of more, medians of some hours.
MOST = 336
# The 5 % limit of n (root - 1) with a trend: Fuller (1976), "Introduction to statistical time series", table
# 8.5.1.
ROOT_LIMIT = 21.8
COVERAGE = 0.8
# Quarters of days; nobody plans further ahead than two years.
AHEAD = tuple(quarter / 4 for quarter in range(2 * 365 * 4))


@dataclass(frozen=True, slots=True)
class Slope:
    """The change in a day with its interval, and what forecasts need besides: the level at the end, the
    deviation of the slope and of values about the line, and how far back the middle of the history lies.

    Where it `wanders`, `noise` is that of a day's change.
    """

    day: float
    low: float
    high: float
    level: float
    error: float
    noise: float
    centre_days: float
    quantile: float
    wanders: bool

    def at(self, days: float) -> tuple[float, float, float]:
        """Low, mean and high so many days after the end of the history."""
        mean = self.level + self.day * days
        if self.wanders:
            variance = self.noise**2 * days + (self.error * days) ** 2
        else:
            variance = self.noise**2 + (self.error * (days + self.centre_days)) ** 2
        half = self.quantile * float(np.sqrt(variance))
        return mean - half, mean, mean + half

    def reaches(self, limit: float) -> tuple[float | None, float | None, float | None]:
        """In how many days it has fallen to a limit: at the earliest, by the mean, at the latest; None where
        that is not within two years.
        """
        found = [_first(np.array(bound) <= limit) for bound in zip(*map(self.at, AHEAD), strict=True)]
        return found[0], found[1], found[2]

    def rises_to(self, limit: float) -> tuple[float | None, float | None, float | None]:
        """The same of one that rises."""
        found = [_first(np.array(bound) >= limit) for bound in zip(*map(self.at, AHEAD), strict=True)]
        return found[2], found[1], found[0]


def slope_of(values: Floats) -> Slope | None:
    """The slope of hourly values float64[n], NaN where unknown; None in fewer than three days."""
    from scipy.stats import t, theilslopes

    places = np.flatnonzero(np.isfinite(values))
    if len(places) < LEAST or places[-1] - places[0] + 1 < LEAST:
        return None
    days, known = _thinned(places, values[places])
    days = days - days[-1]
    slope, intercept, low, high = theilslopes(known, days, 0.95)
    rest = known - (intercept + slope * days)
    like = _likeness(rest)
    n = len(rest)
    changes = _daily_changes(values)
    if n * (1 - like) < ROOT_LIMIT and len(changes) > 1:
        noise = float(np.std(changes, ddof=1))
        error, freedom = noise / np.sqrt(len(changes)), len(changes) - 1
        level, wanders = float(known[-1]), True
    else:
        n_like = max(n * (1 - like) / (1 + like), 3.0)
        error = (high - low) / (2 * 1.959963984540054) * np.sqrt(n / n_like)
        # Of single values: medians of some are closer to the line.
        line = intercept + slope * (places - places[-1]) / DAY
        noise, freedom = float(np.std(values[places] - line, ddof=2)), n_like - 2
        level, wanders = float(intercept), False
    half = float(t.ppf((1 + COVERAGE) / 2, freedom))
    return Slope(
        day=float(slope),
        low=float(slope - half * error),
        high=float(slope + half * error),
        level=level,
        error=float(error),
        noise=noise,
        centre_days=-float(np.mean(days)),
        quantile=half,
        wanders=wanders,
    )


def _first(there: npt.NDArray[np.bool_]) -> float | None:
    return AHEAD[int(np.argmax(there))] if there.any() else None


def _thinned(places: npt.NDArray[np.int64], known: Floats) -> tuple[Floats, Floats]:
    """Days and values; of many values the medians of neighbours."""
    width = -(-len(known) // MOST)
    if width == 1:
        return places / DAY, known
    # The newest value ends a piece.
    first = len(known) % width
    days = np.median((places[first:] / DAY).reshape(-1, width), axis=1)
    return days, np.median(known[first:].reshape(-1, width), axis=1)


def _likeness(rest: Floats) -> float:
    """The correlation of residuals with those before them, 0 to below 1."""
    whole = float(np.dot(rest, rest))
    return float(np.clip(np.dot(rest[1:], rest[:-1]) / whole, 0, 0.999)) if whole > 0 else 0.0


def _daily_changes(values: Floats) -> Floats:
    """From each day to the next at the hour of the newest value."""
    ends = values[::-1][::DAY][::-1]
    ends = ends[np.isfinite(ends)]
    return np.diff(ends)

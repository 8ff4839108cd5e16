"""From signals that overlap to one series of days.

Each signal is a bet of one equal stake. What it brought counts whole on the UTC day on which it ended, the
bets that ended on one day are added up, days without an end are 0, and nothing is compounded. So a day is one
value however many signals were open at once, and Sharpe and its kin are taken of days, not of signals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats, Times
from heliograph.engine.errors import BadResults
from heliograph.engine.timeframe import DAY


@dataclass(frozen=True, slots=True)
class Daily:
    """Results by UTC days without a gap: `days` int64[D], their opens in milliseconds; `results` float64[D],
    the sums in the unit of the results; `ended` int64[D], how many were added up. `unknown` results were left
    out: those of signals that ended without a price, or have no R.
    """

    days: Times
    results: Floats
    ended: npt.NDArray[np.int64]
    unknown: int


def daily(times: npt.ArrayLike, results: npt.ArrayLike, *, first: int, last: int) -> Daily:
    """The days from that of `first` to that of `last`, and what the signals that ended on each brought.

    `times` are the ends in UTC milliseconds, in any order; BadResults for one outside these days, and for
    rows that are not equally long. What is not finite is left out and counted.
    """
    ends, values = np.asarray(times, dtype=np.int64), np.asarray(results, dtype=np.float64)
    if ends.ndim != 1 or ends.shape != values.shape:
        raise BadResults(
            f"Each result needs its time: there are {ends.size} times and {values.size} results."
        )
    start, stop = first // DAY, last // DAY + 1
    if stop <= start:
        raise BadResults("The last day is before the first.")
    places = ends // DAY - start
    if len(places) and (places.min() < 0 or places.max() >= stop - start):
        raise BadResults("A signal ended outside the days that are asked for.")
    finite = np.isfinite(values)
    places, values = places[finite], values[finite]
    return Daily(
        days=np.arange(start, stop, dtype=np.int64) * DAY,
        results=np.bincount(places, weights=values, minlength=stop - start).astype(np.float64),
        ended=np.bincount(places, minlength=stop - start).astype(np.int64),
        unknown=int(len(finite) - len(values)),
    )


def side_by_side(series: Sequence[Daily]) -> tuple[Times, Floats]:
    """The days of all of them, int64[D], and their results, float64[S, D]: NaN on days outside their own."""
    if not series:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 0))
    first, last = min(one.days[0] for one in series), max(one.days[-1] for one in series)
    days = np.arange(first, last + DAY, DAY, dtype=np.int64)
    results = np.full((len(series), len(days)), np.nan)
    for row, one in enumerate(series):
        start = int((one.days[0] - first) // DAY)
        results[row, start : start + len(one.days)] = one.results
    return days, results

"""The days of an answer as a curve."""

import numpy as np

from heliograph.engine.performance.daily import daily
from heliograph.engine.performance.growth import SUMMED
from heliograph.engine.timeframe import DAY
from heliograph.reports.analytics import Analytics
from heliograph.research.breakdown import Curve

EPOCH_DAY = np.datetime64("1970-01-01")


def curve_of(found: Analytics) -> Curve:
    """The sum of results in percent of one stake, from the first day on which something ended to the last."""
    known = [(one.day, one.pct) for one in found.days if one.pct is not None]
    if not known:
        return Curve(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    times = (np.array([one for one, _ in known], dtype="datetime64[D]") - EPOCH_DAY).astype(np.int64) * DAY
    row = daily(times, [value for _, value in known], first=int(times[0]), last=int(times[-1]))
    return Curve(row.days, SUMMED.equity(row.results), SUMMED.falls(row.results))

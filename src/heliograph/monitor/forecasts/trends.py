"""How each measure goes: its slope, its seasons, and where its level changed."""

import logging
import math
from collections.abc import Callable
from datetime import datetime

from heliograph.monitor.forecasts.history import HOUR, History, histories
from heliograph.monitor.forecasts.models import Trend
from heliograph.monitor.forecasts.save import failed
from heliograph.monitor.forecasts.season import of_hours, of_weekdays
from heliograph.monitor.forecasts.shifts import Shift, level_shifts
from heliograph.monitor.forecasts.slope import LEAST, slope_of
from heliograph.monitor.models import Series

log = logging.getLogger(__name__)
# So many series, the newest first, are looked at, so many read at a time.
MOST, PIECE = 1_000, 200
NO_TIME = "There was no time for it at the last look."
FIELDS = [field.name for field in Trend._meta.fields if not field.primary_key]


def look_at_trends(*, at: datetime, stop: Callable[[], bool]) -> int:
    """Look at each measure of a value; returns how many have a trend. What only counts on has none."""
    of_values = Series.objects.exclude(name__endswith="_total").order_by("-pk")
    known = list(of_values.values_list("pk", flat=True)[:MOST])
    found: list[Trend] = []
    for first in range(0, len(known), PIECE):
        piece = known[first : first + PIECE]
        past = histories(piece, at=at)
        found += [_trend(one, past.get(one), at=at, stop=stop) for one in piece]
    Trend.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["series"], update_fields=FIELDS, batch_size=500
    )
    return sum(not one.reason for one in found)


def _trend(series: int, past: History | None, *, at: datetime, stop: Callable[[], bool]) -> Trend:
    found = Trend(series_id=series, made_at=at)
    if past is None:
        found.reason = "It was not known in these weeks."
        return found
    found.history_from, found.history_until, found.history_points = past.since, past.until, past.points
    if past.points < LEAST:
        found.reason = f"Its history has {past.points} hours; {LEAST} are needed."
    elif reason := past.stale(at=at):
        found.reason = reason
    elif stop():
        found.reason = NO_TIME
    else:
        try:
            _look(found, past)
        except Exception as fault:
            # Strange numbers of one measure hide the trends of no other.
            log.warning("The trend of series %s failed", series, exc_info=True)
            found.reason = failed(fault)
    return found


def _look(found: Trend, past: History) -> None:
    slope = slope_of(past.values)
    assert slope is not None
    found.slope_day = slope.day
    # One that never moved has a slope that is known exactly.
    found.slope_low, found.slope_high = (
        value if math.isfinite(value) else slope.day for value in (slope.low, slope.high)
    )
    found.of_hours, found.of_weekdays = of_hours(past.values), of_weekdays(past.values)
    found.shifts = [_plain(one, past.since) for one in level_shifts(past.values)]


def _plain(shift: Shift, since: datetime) -> dict[str, object]:
    return {
        "at": (since + shift.place * HOUR).isoformat(),
        "before": shift.before,
        "after": shift.after,
        "deviations": round(shift.deviations, 2),
    }

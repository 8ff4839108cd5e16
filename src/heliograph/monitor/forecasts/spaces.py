"""Forecasts of what fills: how far it comes in a week, and when it is full."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from heliograph.monitor.forecasts.history import History, history
from heliograph.monitor.forecasts.load import naive_error
from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.forecasts.save import absent, failed, keep
from heliograph.monitor.forecasts.slope import COVERAGE, DAY, LEAST, Slope, slope_of
from heliograph.monitor.forecasts.targets import SPACES, Space
from heliograph.monitor.models import Series
from heliograph.monitor.queries import newest_looks

log = logging.getLogger(__name__)
DAYS = 7
# Of a measure with labels, so many series, the newest.
MOST = 30
FREE = "host_disk_free_bytes"
# A value so old says nothing of what is free now.
FRESH = timedelta(hours=1)
NO_TIME = "There was no time for it at the last making."


def forecast_spaces(*, at: datetime, stop: Callable[[], bool]) -> int:
    """One of each thing that fills; returns how many there are."""
    free = _free(at=at)
    made = 0
    for space in SPACES:
        for series in Series.objects.filter(name=space.name).order_by("-pk")[:MOST]:
            if stop():
                absent(Forecast.Kind.SPACE, series, NO_TIME, at=at)
            else:
                made += _forecast(space, series, free, at=at)
    return made


def _free(*, at: datetime) -> float | None:
    """What is free on the disk that has least of it."""
    found = [one.value for one in newest_looks({(FREE,): FRESH}, at=at)]
    return min((value for value in found if value is not None), default=None)


def _forecast(space: Space, series: Series, free: float | None, *, at: datetime) -> bool:
    past = history(series.pk, aggregate="last", at=at)
    reason = past.stale(at=at)
    try:
        slope = None if reason else slope_of(past.values)
    except Exception as fault:
        # Strange numbers of one measure hide the forecasts of no other.
        log.warning("The forecast of %s failed", series.name, exc_info=True)
        slope, reason = None, failed(fault)
    if slope is not None:
        keep(_made(space, series, past, slope, free, at=at))
        return True
    hours = f"{past.points} hour" if past.points == 1 else f"{past.points} hours"
    short = f"Its history has {hours}; {LEAST} over {LEAST // DAY} days are needed."
    absent(Forecast.Kind.SPACE, series, reason or short, at=at)
    return False


def _made(
    space: Space, series: Series, past: History, slope: Slope, free: float | None, *, at: datetime
) -> Forecast:
    ahead = [slope.at(day) for day in range(1, DAYS + 1)]
    last = float(past.values[-1])
    full = _full(space, slope, last, free)
    early, mean, late = (None if days is None else past.until + timedelta(days=days) for days in full)
    return Forecast(
        kind=Forecast.Kind.SPACE,
        name=series.name,
        labels=series.labels,
        made_at=at,
        model="Theil-Sen, wandering" if slope.wanders else "Theil-Sen",
        coverage=COVERAGE,
        history_from=past.since,
        history_until=past.until,
        history_points=past.points,
        begins_at=past.until,
        step_seconds=86_400,
        low=[max(low, 0.0) for low, _, _ in ahead],
        mean=[max(middle, 0.0) for _, middle, _ in ahead],
        high=[max(high, 0.0) for _, _, high in ahead],
        naive=[last] * DAYS,
        scale=naive_error(past.values, DAY),
        full_early=early,
        full_mean=mean,
        full_late=late,
    )


def _full(
    space: Space, slope: Slope, last: float, free: float | None
) -> tuple[float | None, float | None, float | None]:
    """In how many days it is full: at the earliest, by the mean, at the latest."""
    if space.falls:
        return slope.reaches(space.limit or 0.0)
    limit = space.limit
    if limit is None:
        # It grows into what the disk has left, as if nothing else did.
        limit = None if free is None else last + free
    return (None, None, None) if limit is None else slope.rises_to(limit)

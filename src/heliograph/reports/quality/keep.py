"""Keeps the quality of days: of the newest two of each series, and of those that are asked for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from heliograph.errors import UserError
from heliograph.market.models import Series
from heliograph.reports.models import QualityDay
from heliograph.reports.quality.measure import Counts, measure_day

ONE_DAY = timedelta(days=1)
KEPT = timedelta(days=800)
MOST_DAYS = 400
KEYS = ("day", "series")
MEASURED = [field.name for field in fields(Counts) if field.name not in ("day", "series_id")]


def keep_newest(*, at: datetime) -> int:
    """Measure the day of the newest bar of each series, and the one before; returns how many were kept.

    By the newest bar, and not by the clock: what is replayed or was imported has days of its own.
    """
    by_day: dict[date, list[Series]] = defaultdict(list)
    for one in _all():
        newest = one.last_open.date()
        for day in (newest - ONE_DAY, newest):
            by_day[day].append(one)
    return sum(_keep(series, day, at=at) for day, series in sorted(by_day.items()))


def keep_days(*, first: date, last: date, at: datetime) -> int:
    """Measure all days from `first` to `last` anew; returns how many were kept."""
    if last < first:
        raise UserError(f"Nothing lies between {first} and {last}: the end is before the start.")
    if (last - first).days >= MOST_DAYS:
        raise UserError(f"{MOST_DAYS} days are measured at a time at most.")
    series = list(_all())
    days = (first + place * ONE_DAY for place in range((last - first).days + 1))
    return sum(_keep(series, day, at=at) for day in days)


def old_days(*, at: datetime) -> QuerySet[QualityDay]:
    """Those whose time is over."""
    return QualityDay.objects.filter(day__lt=(at - KEPT).date())


def _keep(series: Sequence[Series], day: date, *, at: datetime) -> int:
    made = [QualityDay(**asdict(one), measured_at=at) for one in measure_day(series, day, at=at)]
    QualityDay.objects.bulk_create(
        made,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=KEYS,
        update_fields=[*MEASURED, "measured_at"],
    )
    return len(made)


def _all() -> QuerySet[Series]:
    return Series.objects.select_related("instrument__venue").order_by("pk")

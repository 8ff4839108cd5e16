"""What was kept, as rules look at it: the share of bad minutes, and this hour of the days before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db import connection

# A window of which less was measured says nothing.
ENOUGH = 0.5
# Fewer days make no season.
LEAST_DAYS = 5
# What is looked at now is the mean of so many minutes.
LATELY = timedelta(minutes=15)
BAD_MINUTES = """
SELECT extract(epoch FROM %(until)s - at), {worst}[p] {sign} %(limit)s
FROM monitor_minute, array_position(series, (
    SELECT id FROM monitor_series WHERE name = %(name)s AND labels = %(labels)s::jsonb)) AS p
WHERE at >= %(since)s AND at < %(until)s AND p IS NOT NULL
"""
AT_HOURS = """
SELECT at, sums[p] / counts[p]
FROM monitor_hour, array_position(series, (
    SELECT id FROM monitor_series WHERE name = %(name)s AND labels = %(labels)s::jsonb)) AS p
WHERE at = ANY(%(hours)s) AND p IS NOT NULL
"""
OF_LATE = """
SELECT sum(sums[p]) / sum(counts[p])
FROM monitor_minute, array_position(series, (
    SELECT id FROM monitor_series WHERE name = %(name)s AND labels = %(labels)s::jsonb)) AS p
WHERE at >= %(since)s AND at < %(until)s AND p IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Burn:
    """The minutes that were measured: how many seconds ago each began, and whether it was bad."""

    minutes: tuple[tuple[float, bool], ...]

    def share(self, seconds: float) -> float | None:
        """Of the minutes of a window, those that were bad; None where too few were measured."""
        found = [is_bad for ago, is_bad in self.minutes if ago <= seconds]
        return sum(found) / len(found) if len(found) >= ENOUGH * seconds / 60 else None


@dataclass(frozen=True, slots=True)
class Season:
    """A value of late, and the median and median distance from it at this hour of the days before."""

    value: float | None
    median: float | None
    mad: float | None
    days: int


def bad_minutes(name: str, labels: Mapping[str, str], options: Mapping[str, object], *, at: datetime) -> Burn:
    """The minutes of the longest window."""
    is_above = "above" in options
    longest = max(long for _, long, _ in options["windows"])  # type: ignore[attr-defined]
    until = at.replace(second=0, microsecond=0)
    statement = BAD_MINUTES.format(worst="most" if is_above else "least", sign=">" if is_above else "<")
    facts = _facts(name, labels) | {
        "since": until - timedelta(seconds=longest),
        "until": until,
        "limit": options["above" if is_above else "below"],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return Burn(tuple((float(ago), bool(is_bad)) for ago, is_bad in cursor.fetchall()))


def season(name: str, labels: Mapping[str, str], *, days: int, at: datetime) -> Season:
    """Beside the same hour of so many days before; absent without enough of them."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    facts = _facts(name, labels)
    hours = [hour - timedelta(days=day) for day in range(1, days + 1)]
    with connection.cursor() as cursor:
        cursor.execute(AT_HOURS, facts | {"hours": hours})
        before = [float(mean) for _, mean in cursor.fetchall()]
        cursor.execute(OF_LATE, facts | {"since": at - LATELY, "until": at})
        (late,) = cursor.fetchone()
    value = None if late is None else float(late)
    if len(before) < LEAST_DAYS:
        return Season(value, None, None, len(before))
    middle = median(before)
    return Season(value, middle, median(abs(one - middle) for one in before), len(before))


def _facts(name: str, labels: Mapping[str, str]) -> dict[str, object]:
    return {"name": name, "labels": json.dumps(dict(labels))}

"""Questions about what was measured: the newest of all, and the course of one measure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection

Layer = Literal["sample", "minute", "hour"]
# What is looked at further back is read by the minute, and by the hour.
BY_MINUTE, BY_HOUR = timedelta(hours=3), timedelta(days=3)
NUMBERS: Mapping[Layer, tuple[str, str]] = {
    "sample": ("monitor_sample", "numbers[p], numbers[p], numbers[p], numbers[p]"),
    "minute": ("monitor_minute", "least[p], sums[p] / counts[p], most[p], last[p]"),
    "hour": ("monitor_hour", "least[p], sums[p] / counts[p], most[p], last[p]"),
}
COURSE = """
SELECT at, {numbers}
FROM {table}, array_position(series, (
    SELECT id FROM monitor_series WHERE name = %(name)s AND labels = %(labels)s::jsonb)) AS p
WHERE at >= %(since)s AND at <= %(until)s AND p IS NOT NULL
ORDER BY at
"""
NEWEST = """
SELECT s.name, s.labels, found.at, found.number, found.reason
FROM (
    SELECT DISTINCT ON (u.id) u.id, at, u.number, reasons->>u.id::text AS reason
    FROM monitor_sample, unnest(series, numbers) AS u(id, number)
    WHERE at > %(since)s AND at <= %(until)s
    ORDER BY u.id, at DESC
) AS found
JOIN monitor_series AS s USING (id)
ORDER BY s.name, s.labels
"""


@dataclass(frozen=True, slots=True)
class Point:
    """A measure in a span that begins `at`; of a single look all are the same, None where it was unknown."""

    at: datetime
    least: float | None
    mean: float | None
    most: float | None
    last: float | None


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest value of a series, and when it was measured; None is unknown, for the `reason`."""

    name: str
    labels: Mapping[str, str]
    at: datetime
    value: float | None
    reason: str


def layer_of(*, since: datetime, at: datetime) -> Layer:
    """How finely so long a course is read."""
    span = at - since
    return "sample" if span <= BY_MINUTE else "minute" if span <= BY_HOUR else "hour"


def course(
    name: str,
    *,
    since: datetime,
    until: datetime,
    labels: Mapping[str, str] | None = None,
    layer: Layer | None = None,
) -> list[Point]:
    """How a measure went, oldest first; spans in which it was not known are left out of minutes and hours."""
    table, numbers = NUMBERS[layer or layer_of(since=since, at=until)]
    facts = {"name": name, "labels": json.dumps(dict(labels or {})), "since": since, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(COURSE.format(table=table, numbers=numbers), facts)
        return [Point(*row) for row in cursor.fetchall()]


def newest(*, at: datetime, within: timedelta) -> list[Kept]:
    """The newest of each series that was looked at within that time, by name and labels."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, {"since": at - within, "until": at})
        return [
            Kept(name, json.loads(labels) if isinstance(labels, str) else labels, moment, value, reason or "")
            for name, labels, moment, value, reason in cursor.fetchall()
        ]

"""Questions about what was measured: the newest of all, and the course of one measure."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection

from heliograph.monitor.measure import key_of

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
# What is put together with nothing is unpacked once a row, and not once for each number that is taken of it.
COURSES = """
SELECT s.name, s.labels, at, least[p], sums[p] / counts[p], most[p], last[p]
FROM (
    SELECT at, series || '{{}}' AS series, counts || '{{}}' AS counts, least || '{{}}' AS least,
           most || '{{}}' AS most, sums || '{{}}' AS sums, last || '{{}}' AS last
    FROM {table} WHERE at >= %(since)s AND at <= %(until)s OFFSET 0
) AS span
CROSS JOIN monitor_series AS s
CROSS JOIN LATERAL (SELECT array_position(span.series, s.id) OFFSET 0) AS place(p)
WHERE s.name = ANY(%(names)s) AND p IS NOT NULL
ORDER BY at
"""
# Only the means, and of some hours: of years there are more than a page has time for.
SELDOM = """
SELECT at, sums[p] / counts[p]
FROM monitor_hour, array_position(series, (
    SELECT id FROM monitor_series WHERE name = %(name)s AND labels = %(labels)s::jsonb)) AS p
WHERE at = ANY(ARRAY(SELECT generate_series(%(since)s, %(until)s, %(step)s))) AND p IS NOT NULL
ORDER BY at
"""
# Of each group what the newest look found that looked at any of it.
NEWEST_LOOKS = """
WITH wanted AS (
    SELECT since, array_agg(s.id) AS ids
    FROM unnest(%(groups)s::int[], %(names)s::text[], %(sinces)s::timestamptz[]) AS g(number, name, since)
    JOIN monitor_series AS s USING (name)
    GROUP BY number, since
)
SELECT s.name, s.labels, look.at, u.number, look.reasons->>u.id::text
FROM wanted
CROSS JOIN LATERAL (
    SELECT at, series, numbers, reasons FROM monitor_sample
    WHERE at > wanted.since AND at <= %(until)s AND series && wanted.ids ORDER BY at DESC LIMIT 1
) AS look
CROSS JOIN LATERAL unnest(look.series, look.numbers) AS u(id, number)
JOIN monitor_series AS s USING (id)
WHERE u.id = ANY(wanted.ids)
ORDER BY s.name, s.labels
"""
EARLIEST = """
SELECT at, last[p]
FROM monitor_minute, array_position(series, (
    SELECT id FROM monitor_series WHERE name = %(name)s AND labels = '{}'::jsonb)) AS p
WHERE at >= %(since)s AND p IS NOT NULL ORDER BY at LIMIT 1
"""
BEFORE = """
SELECT s.name, s.labels, u.number
FROM (
    SELECT series, numbers FROM monitor_sample
    WHERE at <= %(until)s AND at > %(since)s ORDER BY at DESC LIMIT 1
) AS sample, unnest(series, numbers) AS u(id, number)
JOIN monitor_series AS s USING (id)
WHERE s.name = ANY(%(names)s) AND u.number IS NOT NULL
"""
# How long before counters are compared with what they were.
COMPARED, OLDEST = timedelta(minutes=5), timedelta(minutes=15)
# A name, and labels in one order; see `Measure.key`.
Key = tuple[str, str]


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


@dataclass(frozen=True, slots=True)
class Known:
    """A value and when it was measured."""

    at: datetime
    value: float


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


def courses(
    names: Sequence[str], *, since: datetime, until: datetime, layer: Literal["minute", "hour"]
) -> dict[Key, list[Point]]:
    """How all measures of these names went, by name and labels, oldest first. One statement."""
    facts = {"names": list(names), "since": since, "until": until}
    found: dict[Key, list[Point]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(COURSES.format(table=NUMBERS[layer][0]), facts)
        for name, labels, *numbers in cursor.fetchall():
            found[name, key_of(_read(labels))].append(Point(*numbers))
    return dict(found)


def newest_looks(groups: Mapping[tuple[str, ...], timedelta], *, at: datetime) -> list[Kept]:
    """What was found by the newest look at any of the names of a group, for each group no older than it may
    be. What is looked at together is of one moment. One statement."""
    rows = [(place, name, at - age) for place, (names, age) in enumerate(groups.items()) for name in names]
    places, names, sinces = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    facts = {"groups": places, "names": names, "sinces": sinces, "until": at}
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_LOOKS, facts)
        return [
            Kept(name, _read(labels), moment, value, reason or "")
            for name, labels, moment, value, reason in cursor.fetchall()
        ]


def seldom(
    name: str, *, since: datetime, until: datetime, step: timedelta, labels: Mapping[str, str]
) -> list[Known]:
    """The means of some hours, `step` apart, oldest first."""
    facts = {"name": name, "labels": json.dumps(dict(labels)), "since": since, "until": until, "step": step}
    with connection.cursor() as cursor:
        cursor.execute(SELDOM, facts)
        return [Known(*row) for row in cursor.fetchall()]


def earliest(name: str, *, since: datetime) -> Known | None:
    """The first value of a measure without labels in the minutes from then on; None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(EARLIEST, {"name": name, "since": since})
        row = cursor.fetchone()
    return Known(*row) if row else None


def minutes_before(names: Sequence[str], *, at: datetime) -> dict[Key, float]:
    """What these counters were some minutes before, as far as that was kept."""
    with connection.cursor() as cursor:
        facts = {"names": list(names), "until": at - COMPARED, "since": at - OLDEST}
        cursor.execute(BEFORE, facts)
        return {(name, key_of(_read(labels))): number for name, labels, number in cursor.fetchall()}


def _read(labels: object) -> Mapping[str, str]:
    """JSON as a cursor of Django's gives it: as text."""
    found: Mapping[str, str] = json.loads(labels) if isinstance(labels, str) else labels
    return found

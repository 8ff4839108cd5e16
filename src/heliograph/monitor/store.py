"""Keeps what was measured: each look as one row, rolled up by the minute and by the hour."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from heliograph.monitor.measure import Measure

RAW, MINUTES, HOURS = timedelta(hours=48), timedelta(days=30), timedelta(days=731)

# A series that is new gets its row on the way. None is tried that is there: that would use up numbers.
WRITE = """
WITH told AS (
    SELECT name, labels::jsonb, number, reason
    FROM unnest(%(names)s::text[], %(labels)s::text[], %(numbers)s::float8[], %(reasons)s::text[])
         AS t(name, labels, number, reason)
), made AS (
    INSERT INTO monitor_series (name, labels)
    SELECT name, labels FROM told
    WHERE NOT EXISTS (
        SELECT FROM monitor_series AS s WHERE s.name = told.name AND s.labels = told.labels)
    ON CONFLICT DO NOTHING
    RETURNING id, name, labels
), named AS (
    SELECT id, name, labels FROM made
    UNION ALL
    SELECT id, name, labels FROM monitor_series
)
INSERT INTO monitor_sample (at, series, numbers, reasons, spent_ms)
SELECT %(at)s, array_agg(id ORDER BY id), array_agg(number ORDER BY id),
       coalesce(jsonb_object_agg(id, reason) FILTER (WHERE number IS NULL), '{}'), %(spent_ms)s
FROM told JOIN named USING (name, labels)
HAVING count(*) > 0
ON CONFLICT (at) DO NOTHING
"""
# The newest span is made anew: what came late to it is in it then.
ROLL = """
INSERT INTO {into} (at, series, counts, least, most, sums, last)
SELECT span, array_agg(id ORDER BY id), array_agg(count ORDER BY id), array_agg(least ORDER BY id),
       array_agg(most ORDER BY id), array_agg(sum ORDER BY id), array_agg(last ORDER BY id)
FROM (
    SELECT date_bin(%(span)s, at, 'epoch') AS span, id, {aggregates}
    FROM {source}
    WHERE at >= coalesce((SELECT max(at) FROM {into}), '-infinity')
      AND at < date_bin(%(span)s, %(at)s, 'epoch')
    GROUP BY 1, 2
) AS rolled
GROUP BY span
ON CONFLICT (at) DO UPDATE
SET series = excluded.series, counts = excluded.counts, least = excluded.least, most = excluded.most,
    sums = excluded.sums, last = excluded.last
"""
OF_SAMPLES = {
    "into": "monitor_minute",
    "source": "(SELECT at, u.id, u.number FROM monitor_sample, unnest(series, numbers) AS u(id, number)"
    " WHERE u.number IS NOT NULL) AS known",
    "aggregates": "count(*), min(number) AS least, max(number) AS most, sum(number),"
    " (array_agg(number ORDER BY at DESC))[1] AS last",
}
OF_MINUTES = {
    "into": "monitor_hour",
    "source": "(SELECT at, u.* FROM monitor_minute, unnest(series, counts, least, most, sums, last)"
    " AS u(id, count, least, most, sum, last)) AS known",
    "aggregates": "sum(count) AS count, min(least) AS least, max(most) AS most, sum(sum),"
    " (array_agg(last ORDER BY at DESC))[1] AS last",
}
# Only what stands in the next layer already.
FORGET = """
DELETE FROM {layer} WHERE at < %(until)s AND at < coalesce((SELECT max(at) FROM {rolled}), '-infinity')
"""
FORGET_HOURS = "DELETE FROM monitor_hour WHERE at < %(until)s"


def write(measures: Sequence[Measure], *, at: datetime, spent_ms: float) -> None:
    """Keep one look; that of the same moment changes nothing. One statement."""
    told = {
        "names": [one.name for one in measures],
        "labels": [json.dumps(dict(one.labels)) for one in measures],
        "numbers": [one.value for one in measures],
        "reasons": [one.reason for one in measures],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, told | {"at": at, "spent_ms": spent_ms})


def roll_up(*, at: datetime) -> None:
    """Roll up the minutes and hours that are over, and forget what has had its time. Again, it changes
    nothing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ROLL.format(**OF_SAMPLES), {"span": "1 minute", "at": at})
        cursor.execute(ROLL.format(**OF_MINUTES), {"span": "1 hour", "at": at})
        for layer, rolled, kept in (
            ("monitor_sample", "monitor_minute", RAW),
            ("monitor_minute", "monitor_hour", MINUTES),
        ):
            cursor.execute(FORGET.format(layer=layer, rolled=rolled), {"until": at - kept})
        cursor.execute(FORGET_HOURS, {"until": at - HOURS})

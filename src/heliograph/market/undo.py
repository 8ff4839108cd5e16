"""Take a delivery of candles back: what it added goes, what it corrected says again what it said before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from heliograph.errors import Conflict
from heliograph.market import wire
from heliograph.market.models import Batch
from heliograph.market.series import LOCK

# So many series are worked on by one statement, between two signs of progress.
AT_ONCE = 50

TOUCHED = "SELECT DISTINCT timeframe, instrument_id FROM candle WHERE source = %(batch)s ORDER BY 1, 2"

# For each bar that still is the delivery's: the newest value of it that another delivery gave and that
# stands, NULL where there is none.
FIND = """
CREATE TEMPORARY TABLE undoing ON COMMIT DROP AS
SELECT candle.instrument_id, candle.open_time, before.open, before.high, before.low, before.close,
       before.volume, before.source_id
FROM candle LEFT JOIN LATERAL (
    SELECT revision.* FROM candle_revision AS revision
    JOIN market_batch AS delivery ON delivery.id = revision.source_id
    WHERE revision.instrument_id = candle.instrument_id AND revision.timeframe = candle.timeframe
      AND revision.open_time = candle.open_time
      AND delivery.id <> %(batch)s AND delivery.undone_at IS NULL
    ORDER BY revision.replaced_at DESC, revision.id DESC LIMIT 1) AS before ON true
WHERE candle.timeframe = %(timeframe)s AND candle.instrument_id = ANY(%(ids)s::bigint[])
  AND candle.source = %(batch)s
"""

MINE = """
candle.timeframe = %(timeframe)s AND candle.instrument_id = undoing.instrument_id
AND candle.open_time = undoing.open_time
"""

KEEP = f"""
INSERT INTO candle_revision (instrument_id, timeframe, open_time, open, high, low, close, volume, source_id,
    recorded_at, replaced_by_id, replaced_at)
SELECT candle.instrument_id, candle.timeframe, candle.open_time, candle.open, candle.high, candle.low,
    candle.close, candle.volume, candle.source, candle.recorded_at, candle.source, %(at)s
FROM candle, undoing WHERE {MINE}
"""

RESTORE = f"""
UPDATE candle SET open = undoing.open, high = undoing.high, low = undoing.low, close = undoing.close,
    volume = undoing.volume, source = undoing.source_id, recorded_at = %(at)s
FROM undoing WHERE {MINE} AND undoing.source_id IS NOT NULL
"""

REMOVE = f"DELETE FROM candle USING undoing WHERE {MINE} AND undoing.source_id IS NULL"

AMEND = """
INSERT INTO market_amendment (instrument_id, timeframe, number, first_open, last_open, inserted, revised,
    removed, batch_id, recorded_at)
SELECT instrument_id, %(timeframe)s, amendments + 1, min(open_time), max(open_time), 0, count(source_id),
    count(*) - count(source_id), %(batch)s, %(at)s
FROM undoing JOIN market_series USING (instrument_id) WHERE timeframe = %(timeframe)s
GROUP BY instrument_id, amendments
"""

# What is left of an emptied series ends before it begins, so that no bar of it is due.
NOTE = """
UPDATE market_series AS series
SET bars = series.bars - gone, amendments = amendments + 1, updated_at = %(at)s,
    first_open = coalesce(edge.first, first_open),
    last_open = coalesce(edge.last, first_open - interval '1 millisecond'),
    undone_until = greatest(undone_until, last_gone)
FROM (SELECT instrument_id, count(*) FILTER (WHERE source_id IS NULL) AS gone,
             max(open_time) FILTER (WHERE source_id IS NULL) AS last_gone
      FROM undoing GROUP BY instrument_id) AS changed
CROSS JOIN LATERAL (
    SELECT (SELECT open_time FROM candle WHERE instrument_id = changed.instrument_id
            AND timeframe = %(timeframe)s ORDER BY open_time LIMIT 1) AS first,
           (SELECT open_time FROM candle WHERE instrument_id = changed.instrument_id
            AND timeframe = %(timeframe)s ORDER BY open_time DESC LIMIT 1) AS last) AS edge
WHERE series.instrument_id = changed.instrument_id AND series.timeframe = %(timeframe)s
"""

# Bars that the delivery gave a value, and that have a later one.
OVERTAKEN = """
SELECT count(DISTINCT (revision.instrument_id, revision.timeframe, revision.open_time))
FROM candle_revision AS revision
JOIN candle ON candle.instrument_id = revision.instrument_id AND candle.timeframe = revision.timeframe
    AND candle.open_time = revision.open_time
WHERE revision.source_id = %(batch)s AND candle.source <> %(batch)s
"""

# Told after each step: the series that are done, and all of them.
Progress = Callable[[int, int], None]


class CannotUndo(Conflict):
    """A delivery cannot be undone; the message says why, and what can be done."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of the bars of a delivery, in so many series.

    `kept` bars have a value of a later delivery and keep it.
    """

    batch: int
    name: str
    removed: int
    restored: int
    kept: int
    series: int


@transaction.atomic
def undo_import(
    batch_id: int, *, at: datetime, unfinished: bool = False, progress: Progress | None = None
) -> Undone:
    """Undo a delivery, in one transaction.

    What it said stays as revisions, so that any past moment can be read as it was known. `unfinished` permits
    it for an import that was interrupted. CannotUndo if there is no such delivery, or not any more.
    """
    batch = _held(batch_id, unfinished=unfinished)
    with connection.cursor() as cursor:
        cursor.execute(OVERTAKEN, {"batch": batch.pk})
        kept = int(cursor.fetchone()[0])
        cursor.execute(TOUCHED, {"batch": batch.pk})
        touched: list[tuple[str, int]] = cursor.fetchall()
    removed = restored = done = 0
    for timeframe, ids in _portions(touched):
        gone, back = _undo_series(batch, timeframe, ids, at=at)
        removed, restored, done = removed + gone, restored + back, done + len(ids)
        if progress:
            progress(done, len(touched))
    batch.undone_at = at
    batch.save(update_fields=["undone_at"])
    return Undone(batch.pk, batch.name, removed, restored, kept, series=len(touched))


def _held(batch_id: int, *, unfinished: bool) -> Batch:
    """The delivery, locked: nobody adds to it until we are done."""
    batch = Batch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise CannotUndo(f"There is no import {batch_id}; `heliograph imports list` shows those there are.")
    if batch.undone_at:
        raise CannotUndo(
            f"Import {batch_id} ({batch.name}) was undone on {batch.undone_at:%Y-%m-%d %H:%M} UTC."
        )
    if batch.finished_at is None and not unfinished:
        raise CannotUndo(
            f"Import {batch_id} ({batch.name}) is not finished: it is running or was interrupted; "
            "let it finish, or undo what it stored so far with --unfinished."
        )
    return batch


def _portions(touched: list[tuple[str, int]]) -> list[tuple[str, list[int]]]:
    """Series in the order in which writers lock them."""
    portions = []
    for timeframe in dict.fromkeys(timeframe for timeframe, _ in touched):
        ids = [instrument for frame, instrument in touched if frame == timeframe]
        portions += [(timeframe, ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE)]
    return portions


def _undo_series(batch: Batch, timeframe: str, ids: list[int], *, at: datetime) -> tuple[int, int]:
    """Undo the delivery in these series; how many bars are removed and restored."""
    params = {"batch": batch.pk, "timeframe": timeframe, "ids": wire.literal(ids), "at": at}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, params)
        cursor.execute(FIND, params)
        cursor.execute(KEEP, params)
        cursor.execute(RESTORE, params)
        restored = cursor.rowcount
        cursor.execute(REMOVE, params)
        removed = cursor.rowcount
        cursor.execute(AMEND, params)
        cursor.execute(NOTE, params)
        cursor.execute("DROP TABLE undoing")
    return removed, restored

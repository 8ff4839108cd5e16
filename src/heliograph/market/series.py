"""The rows that say which bars an instrument has; who writes candles holds their locks."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db import connection

from heliograph.engine.bars import Times
from heliograph.market import wire
from heliograph.market.models import Batch
from heliograph.market.rows import Rows, in_order

# In the order of instruments, so that two writers never wait for each other in a circle.
LOCK = """
SELECT array_agg(instrument_id), array_agg(first_open), array_agg(greatest(last_open, undone_until)),
       array_agg(bars), array_agg(amendments)
FROM (SELECT * FROM market_series WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[])
      ORDER BY instrument_id FOR UPDATE) AS locked
"""

BEGIN = """
INSERT INTO market_series (instrument_id, timeframe, first_open, last_open, bars, amendments, updated_at)
SELECT id, %(timeframe)s, open, open, 0, 0, %(at)s
FROM unnest(%(ids)s::bigint[], %(opens)s::bigint[]) AS new(id, ms),
     LATERAL (SELECT timestamptz 'epoch' + ms * interval '1 millisecond') AS moment(open)
ORDER BY id ON CONFLICT DO NOTHING
"""

NOTE = """
UPDATE market_series AS series
SET first_open = least(CASE WHEN bars > 0 THEN first_open END,
                       timestamptz 'epoch' + first * interval '1 millisecond'),
    last_open = greatest(CASE WHEN bars > 0 THEN last_open END,
                         timestamptz 'epoch' + last * interval '1 millisecond'),
    bars = bars + added, amendments = amendments + amended, updated_at = %(at)s
FROM unnest(%(ids)s::bigint[], %(firsts)s::bigint[], %(lasts)s::bigint[], %(added)s::bigint[],
            %(amended)s::bigint[]) AS new(id, first, last, added, amended)
WHERE series.instrument_id = new.id AND series.timeframe = %(timeframe)s
"""


@dataclass(frozen=True, slots=True)
class LockedSeries:
    """Arrays of one length, sorted by instrument: what is stored while we hold the locks. Times in ms.

    `last` is the newest bar that is stored, or was before it was taken away.
    """

    instruments: Times
    first: Times
    last: Times
    bars: Times
    amendments: Times

    def outside(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which rows lie before the first or behind the last stored bar of their instrument."""
        k = np.searchsorted(self.instruments, rows["instrument"])
        return (rows["time"] > self.last[k]) | (rows["time"] < self.first[k]) | (self.bars[k] == 0)

    def is_past(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which rows lie at or before the last bar of their instrument."""
        k = np.searchsorted(self.instruments, rows["instrument"])
        # One that is empty and was amended has had bars.
        had_any = (self.bars[k] > 0) | (self.amendments[k] > 0)
        return (rows["time"] <= self.last[k]) & had_any


@dataclass(frozen=True, slots=True)
class Span:
    """How many rows each instrument has, and its earliest and newest; one entry for each that has any."""

    instruments: Times
    count: Times
    first: Times
    last: Times

    @classmethod
    def of(cls, rows: Rows) -> "Span":
        rows = in_order(rows)
        ids, starts, count = np.unique(rows["instrument"], return_index=True, return_counts=True)
        return cls(ids, count, rows["time"][starts], rows["time"][starts + count - 1])

    def on(self, instruments: Times, values: Times, *, default: int) -> Times:
        """One of the columns for these instruments, which hold all of ours."""
        out = np.full(len(instruments), default, dtype=np.int64)
        out[np.searchsorted(instruments, self.instruments)] = values
        return out


def lock_series(rows: Rows, *, timeframe: str, at: datetime) -> LockedSeries:
    """Lock the series of these rows' instruments until the transaction ends; begin those that are new."""
    span = Span.of(rows)
    params = {"timeframe": timeframe, "ids": wire.literal(span.instruments)}
    locked = LockedSeries(*wire.fetch_columns(LOCK, params))
    if len(locked.instruments) < len(span.instruments):
        with connection.cursor() as cursor:
            cursor.execute(BEGIN, {**params, "opens": wire.literal(span.first), "at": at})
        locked = LockedSeries(*wire.fetch_columns(LOCK, params))
    return locked


def note_changes(
    series: LockedSeries, *, new: Rows, corrected: Rows, timeframe: str, batch: Batch, at: datetime
) -> Span:
    """Write what was added and corrected into the series and their amendments; the changes by instrument."""
    changed = Span.of(np.concatenate([new, corrected]))
    if not len(changed.instruments):
        return changed
    late = new[series.is_past(new)]
    amended = Span.of(np.concatenate([late, corrected]))
    ids = changed.instruments
    with connection.cursor() as cursor:
        cursor.execute(
            NOTE,
            {
                "timeframe": timeframe,
                "at": at,
                "ids": wire.literal(ids),
                "firsts": wire.literal(changed.first),
                "lasts": wire.literal(changed.last),
                "added": wire.literal(_counts(new, ids)),
                "amended": wire.literal(amended.on(ids, np.ones_like(amended.count), default=0)),
            },
        )
    if len(amended.instruments):
        k = np.searchsorted(series.instruments, amended.instruments)
        columns = {
            "instrument_id": amended.instruments,
            "number": series.amendments[k] + 1,
            "first_open": wire.pg_times(amended.first),
            "last_open": wire.pg_times(amended.last),
            "inserted": _counts(late, amended.instruments),
            "revised": _counts(corrected, amended.instruments),
            "batch_id": np.full(len(k), batch.pk, dtype=np.int64),
            "recorded_at": wire.constant(at, len(k)),
            "timeframe": timeframe.encode(),
        }
        wire.copy_in("market_amendment", columns)
    return changed


def _counts(rows: Rows, instruments: Times) -> Times:
    span = Span.of(rows)
    return span.on(instruments, span.count, default=0)

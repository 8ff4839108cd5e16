"""Measures, from rows, what the gates are to judge."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection

from heliograph.engine.bars import Times
from heliograph.market.wire import fetch_columns, literal, to_datetime
from heliograph.signals.gates import GAP_WINDOW, Readings
from heliograph.signals.patience import Expectation, Mask

# Of these nobody awaits a bar: they are delisted, or their watch rests or was ended while others go on.
NOT_AWAITED = """
SELECT i.id FROM market_instrument i
LEFT JOIN market_watch w ON w.instrument_id = i.id AND w.timeframe = %(timeframe)s
WHERE i.venue_id = %(venue)s AND (i.delisted_at <= %(clock)s OR w.paused OR w.id IS NULL AND EXISTS (
    SELECT FROM market_watch AS other JOIN market_instrument AS beside ON beside.id = other.instrument_id
    WHERE beside.venue_id = %(venue)s AND other.timeframe = %(timeframe)s AND NOT other.paused))
"""
# Down the key once for each instrument; the outer bounds let the server skip the other months.
COUNTED = """
SELECT array_agg(bars ORDER BY place)
FROM unnest(%(instruments)s::bigint[], %(after)s::bigint[], %(until)s::bigint[])
     WITH ORDINALITY AS u(instrument, after, until, place),
LATERAL (
    SELECT count(*) AS bars FROM candle
    WHERE instrument_id = u.instrument AND timeframe = %(timeframe)s
      AND open_time > %(first)s AND open_time <= %(last)s
      AND open_time > timestamptz 'epoch' + u.after * interval '1 ms'
      AND open_time <= timestamptz 'epoch' + u.until * interval '1 ms') AS counted
"""
# Gaps are counted anew when so many bars have come, or one of the past was added.
COUNTED_AGAIN = GAP_WINDOW // 2


@dataclass(frozen=True, slots=True)
class Gaps:
    """The missing bars of a shard as last counted: up to which bar (ms), and after how many amendments."""

    pct: float | None
    until: int
    amendments: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The instruments of a shard with the open of each one's first and newest bar (int64[N], ms)."""

    instruments: Times
    first: Times
    newest: Times
    amendments: Times


def not_awaited(venue: int, timeframe: str, *, clock: datetime) -> list[int]:
    """The instruments of a venue of which no bar is awaited any more."""
    with connection.cursor() as cursor:
        facts = {"venue": venue, "timeframe": timeframe, "clock": clock}
        cursor.execute(NOT_AWAITED, facts)
        return [instrument for (instrument,) in cursor.fetchall()]


def summed(overdue: Times, awaited: Mask, *, gaps_pct: float | None) -> Readings:
    """The measured values of a shard."""
    of = int(awaited.sum())
    if not of:
        return Readings(None, 0, 0, gaps_pct)
    counted = overdue[awaited]
    return Readings(int(counted.min()), int((counted == 0).sum()), of, gaps_pct)


def is_good(known: Gaps | None, rows: Rows, *, length: int) -> bool:
    """True if gaps that were counted before cannot have changed much. `length` is that of a bar in ms."""
    if known is None or known.amendments != int(rows.amendments.sum()):
        return False
    return int(rows.newest.max()) - known.until < COUNTED_AGAIN * length


def count_gaps(rows: Rows, awaited: Mask, expectation: Expectation) -> Gaps:
    """The missing bars of those that are awaited."""
    newest, amendments, length = int(rows.newest.max()), int(rows.amendments.sum()), expectation.length
    after = np.maximum(rows.first, rows.newest - GAP_WINDOW * length)
    counts = _counted(rows.instruments, after, rows.newest, timeframe=expectation.timeframe.name)
    expected = expectation.between(after, rows.newest, count=counts)
    lacking = int(np.maximum(expected - counts, 0)[awaited].sum())
    whole = int(np.maximum(expected, counts)[awaited].sum())
    return Gaps(100 * lacking / whole if whole else None, newest, amendments)


def _counted(instruments: Times, after: Times, until: Times, *, timeframe: str) -> Times:
    facts = {
        "instruments": literal(instruments),
        "after": literal(after),
        "until": literal(until),
        "timeframe": timeframe,
        "first": to_datetime(int(after.min())),
        "last": to_datetime(int(until.max())),
    }
    return fetch_columns(COUNTED, facts)[0]

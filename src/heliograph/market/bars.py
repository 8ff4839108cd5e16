"""The one door from stored candles to the arrays of the engine."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np

from heliograph.engine.bars import Bars, Times
from heliograph.market import wire
from heliograph.market.rows import ROW, Rows, block_of
from heliograph.market.stored import sorted_rows

# The open of a bar that does not exist: earlier than all.
NEVER = np.iinfo(np.int64).min
# One answer of the server holds about so many rows at most, unless one series alone has more.
ROWS_AT_ONCE = 2_000_000

COLUMNS = "instrument_id, open_time, open, high, low, close, volume"
PICKED = """
timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[])
AND open_time >= %(start)s AND open_time < %(end)s
"""
TODAY = f"SELECT {COLUMNS} FROM candle WHERE {PICKED}"
# For the newest bars of many instruments: going down the key once for each is two to three times as fast as
# ANY(..), which walks on through the page behind each hit.
RECENT = f"""
SELECT {COLUMNS} FROM unnest(%(ids)s::bigint[]) AS wanted(id), LATERAL (
    SELECT * FROM candle
    WHERE timeframe = %(timeframe)s AND instrument_id = wanted.id
      AND open_time >= %(start)s AND open_time < %(end)s) AS bars
"""
AS_KNOWN = f"""
SELECT {COLUMNS} FROM candle WHERE {PICKED} AND recorded_at <= %(known)s
UNION ALL
SELECT {COLUMNS} FROM candle_revision WHERE {PICKED} AND recorded_at <= %(known)s AND replaced_at > %(known)s
"""
GATHER = """
SELECT array_agg(instrument_id), array_agg(open_time), array_agg(open), array_agg(high), array_agg(low),
       array_agg(close), array_agg(volume)
FROM ({rows}) AS rows
"""


def load_bars(
    *,
    instruments: Sequence[int],
    timeframe: str,
    start: int | None = None,
    end: int | None = None,
    as_known_at: datetime | None = None,
) -> Bars:
    """Bars of these instruments, row by row in their order, on the union of their times; NaN where missing.

    `start <= open < end`, in UTC milliseconds. `as_known_at`: the values as they were stored at that moment,
    without what was added or corrected later.
    """
    rows = [
        _rows(ids, timeframe=timeframe, span=(start, end), known=as_known_at)
        for ids in _portions(instruments, timeframe=timeframe, bounded=start is not None)
    ]
    return block_of(instruments, np.concatenate(rows) if rows else np.empty(0, dtype=ROW))


def load_series(
    *,
    instrument: int,
    timeframe: str,
    start: int | None = None,
    end: int | None = None,
    as_known_at: datetime | None = None,
) -> Bars:
    """The bars of one instrument. See `load_bars`."""
    return load_bars(
        instruments=[instrument], timeframe=timeframe, start=start, end=end, as_known_at=as_known_at
    )


def newest_open(*, instruments: Sequence[int], timeframe: str) -> Times:
    """The open of each instrument's newest stored bar, in UTC milliseconds; NEVER where it has none."""
    return _edge(instruments, timeframe=timeframe, column="last_open")


def first_open(*, instruments: Sequence[int], timeframe: str) -> Times:
    """The open of each instrument's first stored bar, in UTC milliseconds; NEVER where it has none."""
    return _edge(instruments, timeframe=timeframe, column="first_open")


def _edge(instruments: Sequence[int], *, timeframe: str, column: str) -> Times:
    known, opens = wire.fetch_columns(
        f"SELECT array_agg(instrument_id), array_agg({column}) FROM market_series"
        " WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[]) AND bars > 0",
        {"timeframe": timeframe, "ids": wire.literal(instruments)},
    )
    found = dict(zip(known.tolist(), opens.tolist(), strict=True))
    return np.array([found.get(int(instrument), NEVER) for instrument in instruments], dtype=np.int64)


def _rows(
    ids: list[int], *, timeframe: str, span: tuple[int | None, int | None], known: datetime | None
) -> Rows:
    start, end = span
    today = TODAY if start is None else RECENT
    query = GATHER.format(rows=today if known is None else AS_KNOWN)
    columns = wire.fetch_columns(
        query,
        {
            "timeframe": timeframe,
            "ids": wire.literal(ids),
            "start": "-infinity" if start is None else wire.to_datetime(start),
            "end": "infinity" if end is None else wire.to_datetime(end),
            "known": known,
        },
    )
    return sorted_rows(columns)


def _portions(instruments: Sequence[int], *, timeframe: str, bounded: bool) -> Iterator[list[int]]:
    """Cut the instruments so that no answer grows beyond what server and client hold with ease."""
    ids = list(map(int, instruments))
    if bounded or len(ids) < 2:
        yield ids
        return
    known, counts = wire.fetch_columns(
        "SELECT array_agg(instrument_id), array_agg(bars) FROM market_series"
        " WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[])",
        {"timeframe": timeframe, "ids": wire.literal(ids)},
    )
    total = np.cumsum(counts) // ROWS_AT_ONCE
    for number in np.unique(total):
        yield known[total == number].tolist()

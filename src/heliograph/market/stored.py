"""The stored candles of given records, for comparison."""

import numpy as np

from heliograph.engine.bars import INPUTS
from heliograph.market import wire
from heliograph.market.rows import ROW, Rows, in_order

READ = """
SELECT array_agg(instrument_id), array_agg(open_time), array_agg(open), array_agg(high), array_agg(low),
       array_agg(close), array_agg(volume)
FROM candle
WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[])
  AND open_time BETWEEN %(first)s AND %(last)s
"""


def stored_rows(wanted: Rows, *, timeframe: str) -> Rows:
    """What is stored of these instruments between the earliest and the newest of the wanted, sorted."""
    if not len(wanted):
        return np.empty(0, dtype=ROW)
    columns = wire.fetch_columns(
        READ,
        {
            "timeframe": timeframe,
            "ids": wire.literal(np.unique(wanted["instrument"])),
            "first": wire.to_datetime(wanted["time"].min()),
            "last": wire.to_datetime(wanted["time"].max()),
        },
    )
    return sorted_rows(columns)


def sorted_rows(columns: list[np.ndarray]) -> Rows:
    """Records, sorted by instrument and time, from the columns of `ROW` in their order."""
    rows = np.empty(len(columns[0]), dtype=ROW)
    for name, column in zip(("instrument", "time", *INPUTS), columns, strict=True):
        rows[name] = column
    return in_order(rows)

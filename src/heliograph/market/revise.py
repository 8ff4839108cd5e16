"""Correct stored candles; what they said before is kept as a revision."""

from datetime import datetime

from django.db import connection

from heliograph.engine.bars import INPUTS
from heliograph.market import wire
from heliograph.market.models import Batch
from heliograph.market.rows import Rows

MAKE = """
CREATE TEMPORARY TABLE correction (instrument_id bigint, open_time timestamptz, open float8, high float8,
    low float8, close float8, volume float8) ON COMMIT DROP
"""

# The span of time is given so that only the partitions that hold it are looked at.
WHERE = """
WHERE candle.instrument_id = correction.instrument_id AND candle.open_time = correction.open_time
  AND candle.timeframe = %(timeframe)s AND candle.open_time BETWEEN %(first)s AND %(last)s
"""

KEEP = f"""
INSERT INTO candle_revision (instrument_id, timeframe, open_time, open, high, low, close, volume, source_id,
    recorded_at, replaced_by_id, replaced_at)
SELECT candle.instrument_id, candle.timeframe, candle.open_time, candle.open, candle.high, candle.low,
    candle.close, candle.volume, candle.source, candle.recorded_at, %(batch)s, %(at)s
FROM candle, correction {WHERE}
"""

CORRECT = f"""
UPDATE candle SET open = correction.open, high = correction.high, low = correction.low,
    close = correction.close, volume = correction.volume, recorded_at = %(at)s, source = %(batch)s
FROM correction {WHERE}
"""


def revise(rows: Rows, *, timeframe: str, batch: Batch, at: datetime) -> None:
    """Give stored candles these values. Call it inside a transaction that holds the locks of their series."""
    if not len(rows):
        return
    params = {
        "timeframe": timeframe,
        "batch": batch.pk,
        "at": at,
        "first": wire.to_datetime(rows["time"].min()),
        "last": wire.to_datetime(rows["time"].max()),
    }
    with connection.cursor() as cursor:
        cursor.execute(MAKE)
        wire.copy_in("correction", {**_keys(rows), **{name: rows[name] for name in INPUTS}})
        cursor.execute(KEEP, params)
        cursor.execute(CORRECT, params)
        cursor.execute("DROP TABLE correction")


def _keys(rows: Rows) -> dict[str, wire.Column]:
    return {"instrument_id": rows["instrument"], "open_time": wire.pg_times(rows["time"])}

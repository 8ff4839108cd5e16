"""Brings back what retention took away, as it was: no amendment, the same deliveries, the same moments."""

import hashlib
from datetime import datetime
from pathlib import Path

import numpy as np
from django.db import connection, transaction

from heliograph.errors import UserError
from heliograph.kit.cache import cache
from heliograph.market import wire
from heliograph.market.models import Dropped
from heliograph.market.months import ensure_months

COLUMNS = "instrument_id, open_time, open, high, low, close, volume, recorded_at, source, timeframe"
# Bars that came since are left as they are.
BACK = f"""
INSERT INTO candle ({COLUMNS}) SELECT {COLUMNS} FROM restoring
ORDER BY instrument_id, open_time ON CONFLICT DO NOTHING
"""
LOCK = """
SELECT FROM market_series WHERE timeframe = %(timeframe)s
    AND instrument_id IN (SELECT instrument_id FROM restoring) ORDER BY instrument_id FOR UPDATE
"""
NOTE = """
UPDATE market_series AS s SET bars = found.bars, first_open = found.first, updated_at = %(at)s
FROM (SELECT instrument_id, count(*) AS bars, min(open_time) AS first FROM candle
      WHERE timeframe = %(timeframe)s AND instrument_id IN (SELECT instrument_id FROM restoring)
      GROUP BY 1) AS found
WHERE s.instrument_id = found.instrument_id AND s.timeframe = %(timeframe)s
"""


class CannotRestore(UserError):
    """A file of retention is not there, or is not what was written."""


def restore(dropped: Dropped, *, folder: Path, at: datetime) -> int:
    """Store the bars of a file again, in one transaction; how many there were not. CannotRestore."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / dropped.file
    if not path.is_file():
        raise CannotRestore(
            f"{path} is not there; put it back, or name its folder by HELIOGRAPH_RETENTION_FOLDER."
        )
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != dropped.sha256:
            raise CannotRestore(
                f"{path} is not what was written on {dropped.dropped_at:%Y-%m-%d}; put that back."
            )
    added = 0
    with transaction.atomic(), connection.cursor() as cursor, pq.ParquetFile(path) as file:
        cursor.execute(
            f"CREATE TEMPORARY TABLE restoring ON COMMIT DROP AS SELECT {COLUMNS} FROM candle LIMIT 0"
        )
        for number in range(file.num_row_groups):
            table = file.read_row_group(number)
            opens = table["time"].cast(pa.int64()).to_numpy()
            ensure_months(opens)
            wire.copy_in("restoring", _columns(table, opens, dropped.timeframe))
        asked = {"timeframe": dropped.timeframe, "at": at}
        cursor.execute(LOCK, asked)
        cursor.execute(BACK)
        added = cursor.rowcount
        cursor.execute(NOTE, asked)
        cursor.execute("DROP TABLE restoring")
        dropped.restored_at = at
        dropped.save(update_fields=["restored_at"])
        transaction.on_commit(lambda: cache().invalidate_soon("candles", f"candles:{dropped.timeframe}"))
    return added


def _columns(table, opens: np.ndarray, timeframe: str) -> dict[str, wire.Column]:
    import pyarrow as pa

    recorded = table["recorded_at"].cast(pa.int64()).to_numpy()
    return {
        "instrument_id": table["instrument"].to_numpy(),
        "open_time": wire.pg_times(opens),
        **{name: table[name].to_numpy() for name in ("open", "high", "low", "close", "volume")},
        "recorded_at": recorded - wire.EPOCH_MS * 1000,
        "source": table["source"].to_numpy(),
        "timeframe": timeframe.encode(),
    }

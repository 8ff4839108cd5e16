"""Takes the candles of a month away, once a file holds them: the whole partition, or one timeframe of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection, transaction

from heliograph.kit.cache import cache
from heliograph.market import wire
from heliograph.market.errors import MarketError
from heliograph.market.export_month import Exported, Portion
from heliograph.market.models import Dropped
from heliograph.market.months_of import Month

# Longer than this nobody else is kept waiting for the lock; the next run tries again.
PATIENCE = "SET LOCAL lock_timeout = '5s'"
# In the order in which writers lock them.
LOCK = """
SELECT FROM market_series WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[])
ORDER BY instrument_id FOR UPDATE
"""
COUNT = """
SELECT count(*), coalesce(max((extract(epoch FROM recorded_at) * 1000000)::bigint), 0) FROM {table}
WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[])
"""
DELETE = """
DELETE FROM {table} WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[])
"""
# No amendment: nobody is to evaluate anything anew. A series without bars ends before it begins.
NOTE = """
UPDATE market_series AS s
SET bars = s.bars - gone.bars, updated_at = %(at)s,
    first_open = coalesce((SELECT c.open_time FROM candle AS c WHERE c.instrument_id = s.instrument_id
        AND c.timeframe = s.timeframe AND c.open_time >= %(behind)s ORDER BY c.open_time LIMIT 1),
        s.last_open + interval '1 millisecond')
FROM (SELECT instrument_id, count(*) AS bars FROM {table}
      WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[]) GROUP BY 1) AS gone
WHERE s.instrument_id = gone.instrument_id AND s.timeframe = %(timeframe)s
"""

# Told in the transaction that takes away the first bars: the timeframe, and the newest bar that goes (ms).
Mark = Callable[[str, int], None]


class ChangedMeanwhile(MarketError):
    """Candles were stored into a month while it was exported."""

    def __init__(self, month: Month, timeframe: str):
        super().__init__(
            f"{month} {timeframe}: candles came while it was exported; it stays until next time."
        )


def drop_whole(files: Sequence[Exported], *, mark: Mark, at: datetime) -> None:
    """Drop the partition of which the files hold all timeframes. ChangedMeanwhile if they do not any more."""
    month = files[0].month
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        for file in files:
            _note(file, mark=mark, at=at)
            for portion in file.portions:
                _leave(cursor, file, portion, at=at)
        cursor.execute(f"LOCK TABLE {month.table} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"SELECT count(*) FROM {month.table}")
        if cursor.fetchone()[0] != sum(file.rows for file in files):
            raise ChangedMeanwhile(month, ", ".join(file.timeframe for file in files))
        cursor.execute(f"DROP TABLE {month.table}")
        transaction.on_commit(lambda: _tell([file.timeframe for file in files]))


def drop_timeframe(file: Exported, *, mark: Mark, at: datetime) -> None:
    """Delete one timeframe of a month, some series at a time: a long transaction would hold up all vacuum."""
    for number, portion in enumerate(file.portions):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PATIENCE)
            if not number:
                _note(file, mark=mark, at=at)
            _leave(cursor, file, portion, at=at)
            cursor.execute(DELETE.format(table=file.month.table), _asked(file, portion))
    _tell([file.timeframe])


def _note(file: Exported, *, mark: Mark, at: datetime) -> None:
    Dropped.objects.create(
        timeframe=file.timeframe,
        first_open=wire.to_datetime(file.first),
        last_open=wire.to_datetime(file.last),
        rows=file.rows,
        file=file.name,
        sha256=file.sha256,
        dropped_at=at,
    )
    mark(file.timeframe, file.last)


def _leave(cursor, file: Exported, portion: Portion, *, at: datetime) -> None:
    """Lock these series, be sure that they are what the file holds, and let their rows say that it goes."""
    asked, table = _asked(file, portion), file.month.table
    cursor.execute(LOCK, asked)
    cursor.execute(COUNT.format(table=table), asked)
    if cursor.fetchone() != (portion.rows, portion.recorded):
        raise ChangedMeanwhile(file.month, file.timeframe)
    cursor.execute(NOTE.format(table=table), asked | {"at": at, "behind": file.month.span[1]})


def _asked(file: Exported, portion: Portion) -> dict[str, object]:
    return {"timeframe": file.timeframe, "ids": wire.literal(portion.instruments)}


def _tell(timeframes: Sequence[str]) -> None:
    cache().invalidate_soon("candles", *(f"candles:{one}" for one in timeframes))

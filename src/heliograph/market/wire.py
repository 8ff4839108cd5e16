"""PostgreSQL's binary formats as arrays: whole columns at once, both ways.

Every column of a candle has a fixed width (an unknown volume is NaN, not NULL), so that a stream of rows is
an array of records.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import Cursor, sql

from heliograph.engine.bars import Times

# PostgreSQL counts microseconds from 2000-01-01 UTC.
EPOCH_MS = 946_684_800_000
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
PIECE = 1 << 16
# Dimensions, flags, type, length and lower bound stand before the values of an array.
ARRAY_HEADER = 20
FLOAT = np.dtype([("length", ">i4"), ("value", ">f8")])
WHOLE = np.dtype([("length", ">i4"), ("value", ">i8")])

Column = npt.NDArray[np.float64] | npt.NDArray[np.int64] | bytes


def copy_in(table: str, columns: Mapping[str, Column]) -> None:
    """COPY arrays of one length (or constant bytes) into a table; times as `pg_times` gives them."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN BINARY").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        # A piece at a time, so that the server works on one while we send the next.
        copy.write(HEADER)
        data = memoryview(records(list(columns.values())))
        for start in range(0, len(data), PIECE):
            copy.write(data[start : start + PIECE])
        copy.write(TRAILER)


def records(columns: Sequence[Column]) -> bytes:
    """The records of a binary COPY of these columns, of which at least one is an array."""
    widths = [f"S{len(c)}" if isinstance(c, bytes) else c.dtype.newbyteorder(">").str for c in columns]
    fields = [("fields", ">i2")]
    for number, width in enumerate(widths):
        fields += [(f"length{number}", ">i4"), (f"value{number}", width)]
    rows = next(len(c) for c in columns if not isinstance(c, bytes))
    out = np.empty(rows, dtype=np.dtype(fields))
    out["fields"] = len(columns)
    for number, column in enumerate(columns):
        out[f"length{number}"] = np.dtype(widths[number]).itemsize
        out[f"value{number}"] = column
    return out.tobytes()


def fetch_columns(query: str, params: Mapping[str, object]) -> list[Times | npt.NDArray[np.float64]]:
    """The columns of a query that selects one row of `array_agg(..)`: bigint, timestamptz or float8.

    Times come as UTC milliseconds. No row may hold NULL. One message carries a whole column: a row for each
    candle would cost more in the client than in the server.
    """
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        cursor.execute(query, params, binary=True)
        result = cursor.pgresult
        kinds = [column.type_code for column in cursor.description]
        return [_array(result.get_value(0, k), kind) for k, kind in enumerate(kinds)]


def literal(values: Sequence[int] | Times) -> str:
    """Whole numbers as PostgreSQL writes an array; far cheaper than adapting each of them."""
    return "{" + ",".join(map(str, np.asarray(values, dtype=np.int64).tolist())) + "}"


def pg_times(times: Times) -> Times:
    """UTC milliseconds as PostgreSQL stores a timestamptz."""
    return (times - EPOCH_MS) * 1000


def constant(moment: datetime, rows: int) -> Times:
    """The same moment for each of `rows` rows, to the microsecond."""
    return np.full(rows, to_us(moment) - EPOCH_MS * 1000, dtype=np.int64)


def to_us(moment: datetime) -> int:
    """UTC microseconds of an aware moment, exactly."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def to_ms(moment: datetime) -> int:
    """UTC milliseconds of an aware moment."""
    return to_us(moment) // 1000


def to_datetime(ms: int) -> datetime:
    """The aware UTC moment of these milliseconds."""
    return datetime.fromtimestamp(int(ms) / 1000, UTC)


# Type numbers of PostgreSQL: bigint[], timestamptz[], double precision[].
BIGINTS, TIMES, FLOATS = 1016, 1185, 1022


def _array(data: bytes | None, kind: int) -> npt.NDArray[np.int64] | npt.NDArray[np.float64]:
    record = FLOAT if kind == FLOATS else WHOLE
    if data is None:
        return np.empty(0, dtype=np.float64 if kind == FLOATS else np.int64)
    values = np.frombuffer(data, dtype=record, offset=ARRAY_HEADER)["value"]
    if kind == TIMES:
        return values.astype(np.int64) // 1000 + EPOCH_MS
    return values.astype(np.float64 if kind == FLOATS else np.int64)

"""Parquet: a row group for each chunk, written to something that cannot be sought in."""

from collections.abc import Sequence

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from heliograph.web.api.exports.table import Column, Row

TYPES = {
    "moment": pa.timestamp("us", tz="UTC"),
    "whole": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "text": pa.string(),
    "numbers": pa.list_(pa.float64()),
    # As JSON: what is in it differs from row to row.
    "tree": pa.string(),
}


class Pipe:
    """Takes bytes in at one end and gives them out at the other."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        """Take a part in."""
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """There is nothing to close."""

    def taken(self) -> bytes:
        """All that came in since it was asked last."""
        told = b"".join(self._parts)
        self._parts.clear()
        return told


class ParquetForm:
    """Rows as columns; unknown is null."""

    kind = "application/vnd.apache.parquet"
    ending = "parquet"

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._schema = pa.schema([pa.field(column.name, TYPES[column.kind]) for column in columns])
        self._pipe = Pipe()
        self._writer: pq.ParquetWriter | None = None

    def begin(self) -> bytes:
        """The magic number."""
        self._writer = pq.ParquetWriter(pa.PythonFile(self._pipe, mode="w"), self._schema)
        return self._pipe.taken()

    def rows(self, rows: Sequence[Row]) -> bytes:
        """A row group."""
        assert self._writer is not None
        columns = [
            _array(column, values)
            for column, values in zip(self._columns, zip(*rows, strict=True), strict=True)
        ]
        self._writer.write_batch(pa.record_batch(columns, schema=self._schema), row_group_size=len(rows))
        return self._pipe.taken()

    def end(self) -> bytes:
        """The description of all groups, which stands at the end."""
        assert self._writer is not None
        self._writer.close()
        return self._pipe.taken()


def _array(column: Column, values: Sequence) -> pa.Array:
    if column.kind == "tree":
        values = [None if value is None else msgspec.json.encode(value).decode() for value in values]
    # NaN is unknown too.
    return pa.array(values, type=TYPES[column.kind], from_pandas=column.kind == "number")

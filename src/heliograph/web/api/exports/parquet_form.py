"""Parquet: a row group for each chunk, written to something that cannot be sought in."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from heliograph.web.api.exports.table import Column, Kind, Row

if TYPE_CHECKING:
    import pyarrow as pa


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
        # Loaded when somebody wants such a file, and not into every web process.
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._columns, self._pa, self._types = columns, pa, _types(pa)
        self._schema = pa.schema([pa.field(one.name, self._types[one.kind]) for one in columns])
        self._pipe = Pipe()
        self._writer = pq.ParquetWriter(pa.PythonFile(self._pipe, mode="w"), self._schema)

    def begin(self) -> bytes:
        """The magic number."""
        return self._pipe.taken()

    def rows(self, rows: Sequence[Row]) -> bytes:
        """A row group."""
        turned = zip(*rows, strict=True)
        columns = [self._array(column, values) for column, values in zip(self._columns, turned, strict=True)]
        batch = self._pa.record_batch(columns, schema=self._schema)
        self._writer.write_batch(batch, row_group_size=len(rows))
        return self._pipe.taken()

    def end(self) -> bytes:
        """The description of all groups, which stands at the end."""
        self._writer.close()
        return self._pipe.taken()

    def _array(self, column: Column, values: Sequence) -> "pa.Array":
        if column.kind == "tree":
            values = [None if value is None else msgspec.json.encode(value).decode() for value in values]
        # NaN is unknown too.
        return self._pa.array(values, type=self._types[column.kind], from_pandas=column.kind == "number")


def _types(pa: Any) -> "dict[Kind, pa.DataType]":
    return {
        "moment": pa.timestamp("us", tz="UTC"),
        "whole": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "text": pa.string(),
        "numbers": pa.list_(pa.float64()),
        # As JSON: what is in it differs from row to row.
        "tree": pa.string(),
    }

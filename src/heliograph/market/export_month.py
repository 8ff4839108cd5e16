"""Writes the candles of a month and a timeframe into a Parquet file, and reads it back."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from heliograph.errors import HeliographError
from heliograph.market import wire
from heliograph.market.models import Instrument, Series
from heliograph.market.months_of import Month

if TYPE_CHECKING:
    import pyarrow as pa

# So many series are read, and later taken away, by one statement.
AT_ONCE = 50
VALUES = ("open", "high", "low", "close", "volume")
READ = """
SELECT array_agg(instrument_id), array_agg(open_time), array_agg(open), array_agg(high), array_agg(low),
       array_agg(close), array_agg(volume), array_agg(source),
       array_agg((extract(epoch FROM recorded_at) * 1000000)::bigint)
FROM (SELECT * FROM {table} WHERE timeframe = %(timeframe)s AND instrument_id = ANY(%(ids)s::bigint[])
      ORDER BY instrument_id, open_time) AS rows
"""


class NotExported(HeliographError):
    """A file does not hold what was to be written into it; nothing was dropped."""

    def __init__(self, path: Path, what: str):
        super().__init__(f"{path}: {what}; nothing was dropped.")


@dataclass(frozen=True, slots=True)
class Portion:
    """Series of one timeframe with what they held: how many bars, and when the newest of them was stored
    (microseconds since 1970)."""

    instruments: Sequence[int]
    rows: int
    recorded: int


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was read back. `first` and `last` are opens of bars in UTC milliseconds."""

    month: Month
    timeframe: str
    name: str
    sha256: str
    portions: Sequence[Portion]
    first: int
    last: int

    @property
    def rows(self) -> int:
        """How many bars it holds."""
        return sum(one.rows for one in self.portions)


def export(month: Month, timeframe: str, *, folder: Path, name: str) -> Exported:
    """Write the file below the folder, under another name until it was read back and is on the disk.

    NotExported if what is read back is not what was stored.
    """
    import pyarrow.parquet as pq

    path, made = folder / name, folder / f"{name}.part"
    path.parent.mkdir(parents=True, exist_ok=True)
    portions, edges = [], []
    with pq.ParquetWriter(made, _schema(), compression="zstd") as writer:
        for portion, table, first, last in _portions(month, timeframe):
            writer.write_table(table)
            portions.append(portion)
            edges += [first, last]
    found = Exported(month, timeframe, name, _digest(made), tuple(portions), min(edges), max(edges))
    _read_back(made, found)
    os.rename(made, path)
    _sync(path.parent)
    return found


def _portions(month: Month, timeframe: str) -> Iterator[tuple[Portion, "pa.Table", int, int]]:
    series = Series.objects.filter(timeframe=timeframe).order_by("instrument")
    ids = list(series.values_list("instrument", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        asked = ids[start : start + AT_ONCE]
        columns = wire.fetch_columns(
            READ.format(table=month.table), {"timeframe": timeframe, "ids": wire.literal(asked)}
        )
        if len(columns[0]):
            portion = Portion(asked, len(columns[0]), int(columns[8].max()))
            yield portion, _table(columns, timeframe), int(columns[1].min()), int(columns[1].max())


def _schema() -> "pa.Schema":
    import pyarrow as pa

    name = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            ("venue", name),
            ("symbol", name),
            ("timeframe", name),
            ("time", pa.timestamp("ms", "UTC")),
            *((value, pa.float64()) for value in VALUES),
            ("instrument", pa.int64()),
            ("source", pa.int64()),
            ("recorded_at", pa.timestamp("us", "UTC")),
        ]
    )


def _table(columns: list[np.ndarray], timeframe: str) -> "pa.Table":
    import pyarrow as pa

    ids, places = np.unique(columns[0], return_inverse=True)
    known = Instrument.objects.select_related("venue").in_bulk(ids.tolist())
    named = [known[one] for one in ids.tolist()]

    def words(values: list[str], at: np.ndarray) -> "pa.DictionaryArray":
        return pa.DictionaryArray.from_arrays(pa.array(at.astype(np.int32)), pa.array(values, pa.string()))

    arrays = [
        words([one.venue.name for one in named], places),
        words([one.symbol for one in named], places),
        words([timeframe], np.zeros(len(places))),
        pa.array(columns[1], pa.timestamp("ms", "UTC")),
        *(pa.array(column, pa.float64()) for column in columns[2:7]),
        pa.array(columns[0], pa.int64()),
        pa.array(columns[7], pa.int64()),
        pa.array(columns[8], pa.timestamp("us", "UTC")),
    ]
    return pa.Table.from_arrays(arrays, schema=_schema())


def _read_back(path: Path, wanted: Exported) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            rows, edges = file.metadata.num_rows, []
            for group in file.iter_batches(columns=["time"]):
                found = pc.min_max(group.column(0).cast(pa.int64())).as_py()
                edges += [found["min"], found["max"]]
    except (pa.ArrowException, OSError) as fault:
        raise NotExported(path, f"it cannot be read back ({fault})") from fault
    if (rows, min(edges), max(edges)) != (wanted.rows, wanted.first, wanted.last):
        raise NotExported(path, f"it holds {rows} rows, where {wanted.rows} were stored")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """The new name is on the disk before anything is dropped."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Candles as tables for notebooks: Arrow or pandas in, the same kind out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa

from heliograph.engine.bars import INPUTS, Bars, Floats
from heliograph.engine.timeframe import TIMEFRAMES, Timeframe
from heliograph.market.sources.files import Reading
from heliograph.notebook.checks import BadTable, check_names, check_order, checked
from heliograph.notebook.series import Series, joined, of_timeframe, read_series

if TYPE_CHECKING:
    import pandas as pd

Table: TypeAlias = "pa.Table | pd.DataFrame"
OPEN_TIME = pa.timestamp("ms", tz="UTC")


def read_candles(
    path: str | Path | Sequence[str | Path],
    *,
    symbol: str | Sequence[str] | None = None,
    timeframe: str | None = None,
    timezone: str | None = None,
    format: str | None = None,
    skip_bad: bool = False,
) -> pa.Table:
    """The candles of a file, or of several, as an Arrow table; `.to_pandas()` makes a DataFrame of it.

    Columns: symbol, timeframe, open_time (UTC), open, high, low, close, volume (null where the source has
    none). `symbol` and `timeframe` name what a file does not say, or pick from what it holds; what else is
    not given is detected. BadFile names file, line and remedy; `skip_bad` leaves bad rows out.
    """
    paths = [path] if isinstance(path, str | Path) else path
    symbols = [symbol] if isinstance(symbol, str) else symbol
    reading = Reading(format=format, timeframe=timeframe, timezone=timezone, skip_bad=skip_bad)
    found = read_series([Path(each) for each in paths], symbols=symbols, reading=reading)
    return to_table(found if timeframe is None else of_timeframe(found, timeframe))


def to_table(found: Sequence[Series]) -> pa.Table:
    """One table of all series, in their order."""
    columns: dict[str, pa.Array] = {
        "symbol": _repeated([(series.symbol, len(series.bars)) for series in found]),
        "timeframe": _repeated([(series.timeframe, len(series.bars)) for series in found]),
        "open_time": pa.array(np.concatenate([series.bars.time for series in found]), type=OPEN_TIME),
    }
    for name in INPUTS:
        values = np.concatenate([getattr(series.bars, name)[0] for series in found])
        columns[name] = pa.array(values, from_pandas=True)
    return pa.table(columns)


def to_series(
    table: "Table | Mapping[str, Table]", *, symbol: str = "", timeframe: str | None = None
) -> list[Series]:
    """The series of a table of candles.

    `open_time` (or a time index of a DataFrame) is a moment or UTC milliseconds and rises in each series;
    `symbol` and `timeframe` serve where there is no such column. BadTable says what is wrong.
    """
    if timeframe is not None:
        Timeframe.parse(timeframe)
    columns = checked(_columns(table))
    rows = len(columns["open_time"])
    if rows == 0:
        raise BadTable("The table has no rows.")
    symbols = columns.get("symbol", np.full(rows, symbol, dtype=object))
    frames = columns.get("timeframe", np.full(rows, timeframe or "", dtype=object))
    marks = np.array([f"{one}\n{other}" for one, other in zip(symbols, frames, strict=True)], dtype=object)
    names, places = np.unique(marks.astype(str), return_inverse=True)
    first_rows = [int(np.argmax(places == place)) for place in range(len(names))]
    check_names(symbols, frames, first_rows)
    found = [
        _one(columns, places == place, str(symbols[at]), str(frames[at]) or None)
        for at, place in sorted((at, place) for place, at in enumerate(first_rows))
    ]
    return joined(found)


def is_pandas(table: object) -> bool:
    """True of a DataFrame; pandas is not imported for it."""
    return type(table).__module__.partition(".")[0] == "pandas"


def like(given: object, table: pa.Table) -> Table:
    """The table as the kind that was given."""
    if not is_pandas(given):
        return table
    import pandas as pd

    return table.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)


def _repeated(runs: Sequence[tuple[str, int]]) -> pa.Array:
    return pa.array(
        np.repeat([name for name, _ in runs], [count for _, count in runs]).astype(object), pa.string()
    )


def _arrow(table: Table) -> pa.Table:
    """The table in Arrow's form; that of a library which hands out Arrow's, such as Polars, is taken too."""
    if is_pandas(table):
        # A time index is one; the numbering that every frame has is not.
        if "open_time" not in table.columns and "datetime" in str(table.index.dtype):
            table = table.rename_axis("open_time").reset_index()
        try:
            return pa.Table.from_pandas(table, preserve_index=False)
        except pa.ArrowException as fault:
            raise BadTable(f"A column holds values of several kinds: {fault.args[-1]}.") from fault
    if not hasattr(table, "__arrow_c_stream__"):
        raise BadTable(f"Candles are an Arrow table or a pandas DataFrame, not a {type(table).__name__}.")
    return pa.table(table)


def _columns(table: Table) -> dict[str, np.ndarray]:
    table = _arrow(table)
    by_name = {name.lower(): name for name in table.column_names}
    missing = [name for name in ("open_time", *INPUTS[:-1]) if name not in by_name]
    if missing:
        raise BadTable(f"The table has no column {' and no '.join(missing)}.")
    known = {
        name: table.column(by_name[name]) for name in ("symbol", "timeframe", *INPUTS) if name in by_name
    }
    columns = {name: _values(name, column) for name, column in known.items()}
    columns["open_time"] = _times(table.column(by_name["open_time"]))
    return {"volume": np.full(table.num_rows, np.nan), **columns}


def _values(name: str, column: pa.ChunkedArray) -> np.ndarray:
    if name in INPUTS:
        try:
            return column.cast(pa.float64()).to_numpy()
        except pa.ArrowInvalid as fault:
            raise BadTable(f"The column {name} holds what is no number: {fault}.") from fault
    return np.array(column.cast(pa.string()).to_pylist(), dtype=object)


def _times(column: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("ms", tz=getattr(column.type, "tz", None)))
    if not (pa.types.is_timestamp(column.type) or pa.types.is_integer(column.type)) or column.null_count:
        raise BadTable("open_time must be a moment or UTC milliseconds in every row.")
    return column.cast(pa.int64()).to_numpy()


def _one(columns: Mapping[str, np.ndarray], mask: np.ndarray, symbol: str, timeframe: str | None) -> Series:
    time = columns["open_time"][mask]
    check_order(time, np.flatnonzero(mask))
    rows: dict[str, Floats] = {name: columns[name][mask] for name in INPUTS}
    return Series(symbol, timeframe or _guess(time), Bars.single(time, **rows), "the table")


def _guess(time: np.ndarray) -> str:
    """The longest timeframe that no two neighbours are nearer than."""
    if len(time) < 2:
        raise BadTable("One bar does not show its timeframe; name it with timeframe=.")
    least = int(np.diff(time).min())
    within = [name for name in TIMEFRAMES if (length := Timeframe.parse(name).ms) and length <= least]
    if not within:
        raise BadTable("open_time must rise by a minute or more; name the timeframe with timeframe=.")
    return within[-1]

"""Parquet, Feather and JSON as tables."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from heliograph.market.errors import BadFile
from heliograph.market.sources.files.layout import Layout, NotCandles, of_header
from heliograph.market.sources.files.limits import refuse_bomb
from heliograph.market.sources.files.table import Faults, Skipped, Table

# A row of candles: a time, five numbers, and the numbers of its symbol and timeframe.
ROW_BYTES = 64
FREQTRADE = ["date", "open", "high", "low", "close", "volume"]
NO_COLUMNS = "has no columns of candles ({names}); name them time, open, high, low, close and volume"


def read_parquet(path: Path) -> tuple[Table, Layout, Faults]:
    """The table of a Parquet file."""
    try:
        with pq.ParquetFile(path) as file:
            meta = file.metadata
            claims = max(
                meta.num_rows * ROW_BYTES,
                sum(meta.row_group(k).total_byte_size for k in range(meta.num_row_groups)),
            )
            refuse_bomb(str(path), size=path.stat().st_size, claims=claims)
            names = file.schema_arrow.names
            layout = _layout(str(path), names, plain="parquet")
            _refuse_kinds(str(path), layout, file.schema_arrow)
            return _table(path.stem, layout, names, file.read(columns=[names[k] for k in layout.columns()]))
    except (pa.ArrowException, OSError) as fault:
        raise BadFile(
            str(path), f"is no whole Parquet file ({_short(fault)}); copy or export it again"
        ) from fault


def read_feather(path: Path) -> tuple[Table, Layout, Faults]:
    """The table of a Feather (Arrow IPC) file; freqtrade keeps its candles so."""
    from pyarrow.feather import read_table

    try:
        with pa.ipc.open_file(path) as file:
            schema = file.schema
            names = schema.names
        # Counted by what the file says of itself; pyarrow's way to do so imports pandas, a second's work.
        rows = pl.scan_ipc(path).select(pl.len()).collect().item()
        refuse_bomb(str(path), size=path.stat().st_size, claims=rows * ROW_BYTES)
        layout = _layout(str(path), names, plain="feather")
        if names == FREQTRADE:
            layout = replace(layout, format="freqtrade")
        _refuse_kinds(str(path), layout, schema)
        wanted = [names[k] for k in layout.columns()]
        table = _table(path.stem, layout, names, read_table(path, columns=wanted, memory_map=False))
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as fault:
        raise BadFile(
            str(path), f"is no whole Feather file ({_short(fault)}); copy or export it again"
        ) from fault
    return table


def read_json(file: str, stem: str, data: bytes) -> tuple[Table, Layout, Faults]:
    """The table of a JSON list of candles: lists as freqtrade, ccxt and Binance write them, or objects."""
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as fault:
        raise BadFile(file, f"is no whole JSON file ({_short(fault)}); copy or export it again") from fault
    if not isinstance(rows, list) or not rows:
        raise BadFile(file, "is no list of candles; write [[time, open, high, low, close, volume], ...]")
    if isinstance(rows[0], dict):
        names = list(rows[0])
        layout = _layout(file, names, plain="json")
        rows = [[row.get(name) for name in names] if isinstance(row, dict) else row for row in rows]
    else:
        names = [str(k) for k in range(len(rows[0]) if isinstance(rows[0], list) else 0)]
        if len(names) not in (6, 12):
            raise BadFile(file, "row 1 is no candle; write [time, open, high, low, close, volume]")
        layout = Layout(
            format="freqtrade" if len(names) == 6 else "binance",
            time=0,
            prices=(1, 2, 3, 4),
            volume=5,
        )
    return _listed(stem, layout, names, rows)


def _listed(stem: str, layout: Layout, names: list[str], rows: list) -> tuple[Table, Layout, Faults]:
    good = [isinstance(row, list) and len(row) == len(names) for row in rows]
    lines = np.flatnonzero(good) + 1
    faults = Faults(lines=lines)
    faults.broken += [
        Skipped(number, f"has not the {len(names)} values of the first row")
        for number, is_good in enumerate(good, 1)
        if not is_good
    ]
    kept = [row for row, is_good in zip(rows, good, strict=True) if is_good]
    columns = {str(k): _column([row[k] for row in kept]) for k in layout.columns()}
    return Table(stem, tuple(names), pl.DataFrame(columns), lines, unit="row"), layout, faults


def _column(values: list) -> pl.Series:
    """Numbers where all are, else text, so that what is wrong can be shown."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        kind = (
            pl.Int64 if all(isinstance(value, int) and abs(value) < 2**63 for value in values) else pl.Float64
        )
        return pl.Series(values, dtype=kind, strict=False)
    return pl.Series(["" if value is None else str(value) for value in values], dtype=pl.String)


def _table(stem: str, layout: Layout, names: list[str], table: pa.Table) -> tuple[Table, Layout, Faults]:
    table = table.rename_columns([str(k) for k in layout.columns()])
    lines = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return Table(stem, tuple(names), pl.DataFrame(table), lines, unit="row"), layout, Faults(lines=lines)


def _layout(file: str, names: list[str], *, plain: str) -> Layout:
    try:
        layout = of_header(names)
    except NotCandles as other:
        raise BadFile(file, str(other)) from other
    if layout is None:
        raise BadFile(file, NO_COLUMNS.format(names=", ".join(map(str, names[:12]))))
    return replace(layout, format=plain) if layout.format in ("csv", "tradingview") else layout


def _refuse_kinds(file: str, layout: Layout, schema: pa.Schema) -> None:
    """Prices that are neither numbers nor text: a short list of long texts could stand for very many rows."""
    for place in layout.prices:
        kind = schema.field(place).type
        if pa.types.is_dictionary(kind) or pa.types.is_nested(kind):
            name = schema.field(place).name
            raise BadFile(file, f"has values of the kind {str(kind)[:60]} in `{name}`; store it as numbers")


def _short(fault: Exception) -> str:
    return str(fault).strip().splitlines()[0].rstrip(".")[:120]

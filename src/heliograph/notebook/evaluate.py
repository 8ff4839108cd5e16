"""Expressions over a table of candles."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from heliograph.notebook.changes import as_numbers
from heliograph.notebook.columns import Column, Expressions
from heliograph.notebook.series import chosen, of_timeframe
from heliograph.notebook.tables import OPEN_TIME, Table, like, to_series


def evaluate(
    candles: Table,
    *expressions: str,
    symbol: str | Sequence[str] | None = None,
    timeframe: str | None = None,
    params: Mapping[str, float] | None = None,
) -> Table:
    """The value of each expression at each bar, as the kind of table that was given.

    Columns: symbol, open_time (UTC), then one for each expression, named as written: numbers, or truth values
    where it is a condition; null where unknown. BadExpression points at what cannot be read.
    """
    symbols = [symbol] if isinstance(symbol, str) else symbol
    found = of_timeframe(chosen(to_series(candles, timeframe=timeframe), symbols), timeframe)
    plan = Expressions(expressions, timeframe=found[0].timeframe, params=as_numbers(params))
    tables = []
    for series in found:
        names = pa.array([series.symbol] * len(series.bars), pa.string())
        arrays = [names, pa.array(series.bars.time, type=OPEN_TIME), *map(_array, plan.over(series.bars))]
        tables.append(pa.Table.from_arrays(arrays, names=["symbol", "open_time", *expressions]))
    return like(candles, pa.concat_tables(tables))


def _array(column: Column) -> pa.Array:
    unknown = np.isnan(column.values)
    values = column.values > 0 if column.truth else column.values
    return pa.array(values, mask=unknown)

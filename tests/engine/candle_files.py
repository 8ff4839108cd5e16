"""The reference candles as series by symbol."""

from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as pq

from tests.reference import shared


@dataclass(frozen=True)
class Candles:
    """Candles of one instrument."""

    time: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray


def candles(name, *symbols):
    """The candles of those symbols (all if none are named) of a reference file, by symbol."""
    table = pq.read_table(shared(name)).to_pydict()
    columns = {key: np.array(values) for key, values in table.items()}
    wanted = symbols or sorted(set(table["symbol"]))
    return {symbol: _candles(columns, columns["symbol"] == symbol) for symbol in wanted}


def _candles(columns, where):
    fields = {name: columns[name][where].astype(float) for name in ("open", "high", "low", "close", "volume")}
    return Candles(time=columns["open_time"][where].astype(np.int64), **fields)

"""What the rows of a table of candles must satisfy: the same as those of a file."""

from collections.abc import Mapping, Sequence

import numpy as np

from heliograph.engine.bars import PRICES
from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.errors import UserError


class BadTable(UserError):
    """The table is not one of candles."""


def checked(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns, without volume where there is no bar; BadTable names column and row of what is no candle.

    A row without any price is a bar that is missing, as resampling leaves behind.
    """
    prices = np.stack([columns[name] for name in PRICES])
    missing = np.isnan(prices).all(axis=0)
    for name in PRICES:
        _refuse(name, columns[name], ~missing & ~(np.isfinite(columns[name]) & (columns[name] > 0.0)))
    _refuse("high", columns["high"], columns["high"] < columns["low"], "is below the low")
    volume = columns["volume"]
    _refuse("volume", volume, (volume < 0.0) | np.isinf(volume), "is not possible")
    return {**columns, "volume": np.where(missing, np.nan, volume)}


def check_names(symbols: np.ndarray, timeframes: np.ndarray, rows: Sequence[int]) -> None:
    """BadTable where a row has no symbol or no timeframe that there is."""
    for row in rows:
        if symbols[row] is None:
            raise BadTable(f"symbol is empty at {_place(row)}.")
        if timeframes[row] not in ("", *TIMEFRAMES):
            raise BadTable(
                f"timeframe is {timeframes[row]!r} at {_place(row)}; use one of {', '.join(TIMEFRAMES)}."
            )


def check_order(time: np.ndarray, rows: np.ndarray) -> None:
    """BadTable where the opens of a series, which stand in these rows, do not rise."""
    wrong = np.flatnonzero(np.diff(time) <= 0)
    if wrong.size:
        raise BadTable(f"open_time does not rise at {_place(rows[wrong[0] + 1])}; sort, and drop repeats.")


def _refuse(name: str, values: np.ndarray, wrong: np.ndarray, why: str = "is no price above zero") -> None:
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadTable(f"{name} is {float(values[row])!r} at {_place(row)}, which {why}; correct or drop it.")


def _place(row: int) -> str:
    return f"row {row} (the first is 0)"

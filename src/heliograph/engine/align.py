"""Several series of candles on one time axis."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from heliograph.engine.bars import INPUTS, Bars, Floats, Times
from heliograph.engine.errors import BadBars


class Series(Protocol):
    """Candles of one instrument: opens in UTC milliseconds, strictly rising, and five rows of numbers."""

    @property
    def time(self) -> Times: ...
    @property
    def open(self) -> Floats: ...
    @property
    def high(self) -> Floats: ...
    @property
    def low(self) -> Floats: ...
    @property
    def close(self) -> Floats: ...
    @property
    def volume(self) -> Floats: ...


def align(series: Mapping[str, Series]) -> tuple[tuple[str, ...], Bars]:
    """The symbols in order, and their bars on the union of their times; what is missing is NaN."""
    symbols = tuple(series)
    if not symbols:
        raise BadBars("There are no candles.")
    times = [np.asarray(one.time, dtype=np.int64) for one in series.values()]
    for symbol, own in zip(symbols, times, strict=True):
        if not np.all(own[1:] > own[:-1]):
            raise BadBars(f"The candles of {symbol} are not in order of time.")
    shared = all(np.array_equal(times[0], other) for other in times[1:])
    time = times[0] if shared else np.unique(np.concatenate(times))
    fields = {name: np.full((len(symbols), len(time)), np.nan) for name in INPUTS}
    for row, one in enumerate(series.values()):
        places = np.searchsorted(time, times[row])
        for name, values in fields.items():
            values[row, places] = np.ravel(getattr(one, name))
    return symbols, Bars(time=np.ascontiguousarray(time), **fields)

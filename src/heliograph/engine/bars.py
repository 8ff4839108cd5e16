"""Blocks of bars, the only input of the engine."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from heliograph.engine.errors import BadBars

Floats: TypeAlias = npt.NDArray[np.float64]
Times: TypeAlias = npt.NDArray[np.int64]
PRICES = ("open", "high", "low", "close")
INPUTS = (*PRICES, "volume")


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of N instruments on one time axis of B bars.

    `time` is int64[B], the UTC milliseconds of each open, strictly rising. The others are float64[N, B],
    C-contiguous. A bar that does not exist is NaN in all five; the volume of one that does may be NaN,
    where its source has none.
    """

    time: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __post_init__(self) -> None:
        if self.time.ndim != 1 or self.time.dtype != np.int64:
            raise BadBars("Bar times must be one row of 64-bit whole numbers.")
        if not np.all(self.time[1:] > self.time[:-1]):
            raise BadBars("Bar times must rise.")
        for name in INPUTS:
            values = getattr(self, name)
            if values.shape != (self.instruments, len(self.time)):
                raise BadBars(f"{name} has shape {values.shape}, not {(self.instruments, len(self.time))}.")
            if values.dtype != np.float64 or not values.flags.c_contiguous:
                raise BadBars(f"{name} must be contiguous 64-bit floats.")

    @classmethod
    def single(cls, time: Times, **values: Floats) -> "Bars":
        """Bars of one instrument from one-dimensional arrays named as the fields."""
        rows = {name: np.ascontiguousarray(values[name], dtype=np.float64)[None, :] for name in INPUTS}
        return cls(time=np.ascontiguousarray(time, dtype=np.int64), **rows)

    @property
    def instruments(self) -> int:
        """N, the number of rows."""
        return len(self.close)

    def __len__(self) -> int:
        return len(self.time)

    def slice(self, start: int, stop: int) -> "Bars":
        """The bars start..stop-1, copied into contiguous arrays."""
        parts = {name: np.ascontiguousarray(getattr(self, name)[:, start:stop]) for name in INPUTS}
        return Bars(time=np.ascontiguousarray(self.time[start:stop]), **parts)

    def upto(self, count: int) -> "Bars":
        """The first `count` bars."""
        return self.slice(0, count)

    def times(self, factor: float) -> "Bars":
        """The same bars in another unit of money; volumes stay."""
        prices = {name: getattr(self, name) * factor for name in PRICES}
        return Bars(time=self.time, volume=self.volume, **prices)

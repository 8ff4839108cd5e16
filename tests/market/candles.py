"""Made-up bars for tests of storing and reading."""

import numpy as np

from heliograph.engine.bars import INPUTS, Bars

HOUR = 3_600_000
# 2024-01-31 20:00 UTC: four hours later begins another month.
START = 1_706_731_200_000


def hours(*closes, first=0, volume=5.0, start=START):
    """Hourly bars of one instrument with these closes, from `first` hours after the start."""
    close = np.array(closes, dtype=np.float64)
    time = start + HOUR * np.arange(first, first + len(close), dtype=np.int64)
    volumes = np.full(len(close), volume, dtype=np.float64)
    return Bars.single(time, open=close, high=close + 1, low=close - 0.5, close=close, volume=volumes)


def block(*rows):
    """Several instruments on one axis; a close of None is a missing bar."""
    close = np.array([[np.nan if c is None else c for c in row] for row in rows], dtype=np.float64)
    time = START + HOUR * np.arange(close.shape[1], dtype=np.int64)
    return Bars(
        time=time, open=close.copy(), high=close + 1, low=close - 0.5, close=close, volume=close * 0 + 5
    )


def equal(left: Bars, right: Bars) -> bool:
    """The same times and, bit for bit, the same values; NaN equals NaN."""
    return np.array_equal(left.time, right.time) and all(
        np.array_equal(getattr(left, name), getattr(right, name), equal_nan=True) for name in INPUTS
    )

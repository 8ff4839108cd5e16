"""Missing bars: which are still awaited, and how many were passed over."""

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Bars, Times
from heliograph.engine.timeframe import Timeframe
from heliograph.signals.block import exist


def awaiting(bars: Bars, watermarks: Times, *, expected: Times, awaited_after: int) -> npt.NDArray[np.int64]:
    """For each row the column from which on it has to wait for a missing bar before it; the width if it has
    not.

    `expected` are the opens that the venue's calendar demands; those behind `awaited_after` may still come.
    """
    first = np.full(bars.instruments, len(bars), dtype=np.int64)
    there = exist(bars)
    for missing in expected[expected > awaited_after].tolist():
        column = int(np.searchsorted(bars.time, missing))
        if column < len(bars) and bars.time[column] == missing:
            absent = ~there[:, column]
            column += 1
        else:
            absent = np.ones(bars.instruments, dtype=bool)
        absent &= missing > watermarks
        first[absent] = np.minimum(first[absent], column)
    return first


def passed_over(bars: Bars, before: Times, after: Times, *, expected: Times) -> int:
    """How many expected bars behind `before` and up to `after` (int64[N]) the rows of the block lack."""
    due = np.searchsorted(expected, after, side="right") - np.searchsorted(expected, before, side="right")
    return int(np.maximum(due - exist(bars).sum(axis=1), 0).sum())


def expected_opens(timeframe: Timeframe, *, first: int, last: int) -> Times:
    """The opens from `first` to `last` (ms) that a venue which never closes has."""
    start = timeframe.start(first)
    if start < first:
        start = timeframe.end(start)
    if timeframe.ms is not None:
        return np.arange(start, last + 1, timeframe.ms, dtype=np.int64)
    opens = []
    while start <= last:
        opens.append(start)
        start = timeframe.end(start)
    return np.array(opens, dtype=np.int64)

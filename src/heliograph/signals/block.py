"""Blocks of bars for instruments that do not all stand at the same bar."""

import hashlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import INPUTS, Bars, Floats, Times
from heliograph.engine.timeframe import DAY, Timeframe

# About so many bars of all instruments together are advanced and stored in one step: more are no faster, and
# take their memory at once.
BLOCK_CELLS = 125_000
MOST_COLUMNS = 65_536

Mask = npt.NDArray[np.bool_]


def windows(timeframe: Timeframe, first: int, last: int, *, instruments: int) -> Iterator[tuple[int, int]]:
    """Cuts the bars that open from `first` to `last` into spans start <= open < end of bearable size."""
    columns = max(1, min(MOST_COLUMNS, BLOCK_CELLS // max(1, instruments)))
    length = columns * (timeframe.ms or 31 * DAY)
    for start in range(first, last + 1, length):
        yield start, min(start + length, last + 1)


def between(bars: Bars, after: Times, until: Times) -> Bars:
    """The block with each row's bars at or before `after` and behind `until` (int64[N]) taken out.

    Columns in which nothing is left are dropped.
    """
    out = (bars.time[None, :] <= after[:, None]) | (bars.time[None, :] > until[:, None])
    return without(bars, out)


def without(bars: Bars, out: Mask) -> Bars:
    """The block with the marked bars [N, B] taken out, and columns in which nothing is left."""
    keep = ~(out | np.isnan(bars.close)).all(axis=0)
    if keep.all() and not out.any():
        return bars
    return Bars(time=bars.time[keep], **{name: _blanked(getattr(bars, name), out, keep) for name in INPUTS})


def exist(bars: Bars) -> Mask:
    """Which bars [N, B] exist."""
    return ~np.isnan(bars.close)


def newest(bars: Bars, otherwise: Times) -> Times:
    """The open of each row's last bar, or what `otherwise` says for a row without any."""
    if not len(bars):
        return otherwise
    there = exist(bars)
    last = len(bars) - 1 - np.argmax(there[:, ::-1], axis=1)
    return np.where(there.any(axis=1), bars.time[last], otherwise)


def digest(bars: Bars) -> str:
    """A hash of all that the block says."""
    sha = hashlib.sha256(bars.time.tobytes())
    for name in INPUTS:
        sha.update(getattr(bars, name).tobytes())
    return sha.hexdigest()


def _blanked(values: Floats, out: Mask, keep: npt.NDArray[np.bool_]) -> Floats:
    return np.ascontiguousarray(np.where(out, np.nan, values)[:, keep])

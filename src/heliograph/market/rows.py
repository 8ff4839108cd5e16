"""Candles as one array of records: the shape between the block of the engine and the rows of the table."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import INPUTS, PRICES, Bars, Times
from heliograph.market.errors import BadCandles

ROW = np.dtype([("instrument", "i8"), ("time", "i8"), *[(name, "f8") for name in INPUTS]])
Rows: TypeAlias = npt.NDArray[np.void]


def rows_of(instruments: Sequence[int], bars: Bars) -> Rows:
    """The bars that exist in a block, as records sorted by instrument and time (UTC milliseconds)."""
    if len(instruments) != bars.instruments or len(set(instruments)) != len(instruments):
        raise BadCandles("A block of bars needs one row for each of its instruments.")
    which, when = np.nonzero(~np.isnan(bars.close))
    rows = np.empty(len(which), dtype=ROW)
    rows["instrument"] = np.asarray(instruments, dtype=np.int64)[which]
    rows["time"] = bars.time[when]
    for name in INPUTS:
        rows[name] = getattr(bars, name)[which, when]
    return in_order(rows)


def in_order(rows: Rows) -> Rows:
    """The records sorted by instrument and time; themselves where they are."""
    ids, time = rows["instrument"], rows["time"]
    step = np.diff(ids)
    if np.all((step > 0) | ((step == 0) & (np.diff(time) >= 0))):
        return rows
    return rows[np.lexsort((time, ids))]


def block_of(instruments: Sequence[int], rows: Rows) -> Bars:
    """The block of these instruments, in their order, over the union of their bars; NaN where none is."""
    ids = np.asarray(instruments, dtype=np.int64)
    time = np.unique(rows["time"])
    order = np.argsort(ids, kind="stable")
    which = order[np.searchsorted(ids[order], rows["instrument"])]
    where = which * len(time) + np.searchsorted(time, rows["time"])
    return Bars(time=time, **{name: _scatter(rows[name], where, len(ids), len(time)) for name in INPUTS})


def same_values(left: Rows, right: Rows) -> npt.NDArray[np.bool_]:
    """Which records have equal prices and volume; an unknown volume equals an unknown volume."""
    same = np.ones(len(left), dtype=bool)
    for name in PRICES:
        same &= left[name] == right[name]
    one, other = left["volume"], right["volume"]
    return same & ((one == other) | (np.isnan(one) & np.isnan(other)))


def find(rows: Rows, wanted: Rows) -> Times:
    """For each wanted record the position in `rows` of that instrument and time, or -1. `rows` are sorted."""
    if not len(rows) or not len(wanted):
        return np.full(len(wanted), -1, dtype=np.int64)
    # One whole number for both: at most 10^5 instruments times 10^13 milliseconds, far below 2^63.
    ids = np.unique(rows["instrument"])
    first = min(rows["time"].min(), wanted["time"].min())
    span = max(rows["time"].max(), wanted["time"].max()) - first + 1
    keys, sought = (
        np.searchsorted(ids, part["instrument"]) * span + part["time"] - first for part in (rows, wanted)
    )
    at = np.minimum(np.searchsorted(keys, sought), len(keys) - 1)
    found = (rows["time"][at] == wanted["time"]) & (rows["instrument"][at] == wanted["instrument"])
    return np.where(found, at, -1)


def _scatter(values: npt.NDArray[np.float64], where: Times, n: int, b: int) -> npt.NDArray[np.float64]:
    out = np.full(n * b, np.nan)
    out[where] = values
    return out.reshape(n, b)

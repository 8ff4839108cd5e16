"""What a venue says of candles, checked bar by bar: good ones become rows, the others are counted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import INPUTS
from heliograph.engine.timeframe import Timeframe
from heliograph.market.rows import ROW, Rows, same_values

WIDTH = 6
# The end of what dates can say, in UTC milliseconds; nothing traded before 1970.
LATEST_MS = 253_402_300_800_000
# What is refused, in the order in which it is judged.
REFUSED = (
    "unreadable",
    "future",
    "forming",
    "off_grid",
    "not_finite",
    "not_positive",
    "high_below_low",
    "contradicting",
)


@dataclass(frozen=True, slots=True)
class Checked:
    """Final candles as rows, rising, without an instrument; and how many were refused, by reason.

    `repeated` ones were equal and dropped, `outside_range` ones (open or close outside low to high) kept.
    """

    rows: Rows
    findings: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        return sum(self.findings[reason] for reason in REFUSED)


def is_moment(value: object) -> TypeGuard[int]:
    """True of UTC milliseconds at which something can have been traded."""
    return isinstance(value, int) and 0 < value < LATEST_MS


def nothing() -> Checked:
    """No candles."""
    return Checked(np.empty(0, dtype=ROW))


def check_candles(raw: Sequence[object], *, timeframe: str, clock: int) -> Checked:
    """The final ones of candles as ccxt gives them: `[open time, open, high, low, close, volume]` each.

    `clock`: UTC milliseconds that it certainly is at the venue. A candle is final if it ended by then.
    """
    findings: Counter[str] = Counter()
    values = _numbers(raw, findings)
    frame = Timeframe.parse(timeframe)
    for reason, wrong in _faults(frame, clock):
        bad = wrong(values)
        findings[reason] += int(bad.sum())
        values = values[~bad]
    rows = _rows(values)
    rows = _without_repeats(rows, findings)
    outside = (np.minimum(rows["open"], rows["close"]) < rows["low"]) | (
        np.maximum(rows["open"], rows["close"]) > rows["high"]
    )
    findings["outside_range"] += int(outside.sum())
    return Checked(rows, +findings)


def _faults(frame: Timeframe, clock: int):
    """Reasons to refuse a candle; each is judged of those that the ones before left."""
    yield "future", lambda v: v[:, 0] > clock
    yield "forming", lambda v: _each(v, frame.end) > clock
    yield "off_grid", lambda v: _each(v, frame.start) != v[:, 0]
    yield "not_finite", lambda v: ~np.isfinite(v[:, :5]).all(axis=1) | np.isinf(v[:, 5])
    yield "not_positive", lambda v: (v[:, 1:5] <= 0).any(axis=1) | (v[:, 5] < 0)
    yield "high_below_low", lambda v: v[:, 2] < v[:, 3]


def _each(values: npt.NDArray[np.float64], of) -> npt.NDArray[np.int64]:
    return np.array([of(int(time)) for time in values[:, 0]], dtype=np.int64)


def _numbers(raw: Sequence[object], findings: Counter[str]) -> npt.NDArray[np.float64]:
    """The candles as an array of width six; an unknown price or volume is NaN."""
    found = [numbers for row in raw if (numbers := _six(row)) is not None]
    findings["unreadable"] += len(raw) - len(found)
    return np.array(found, dtype=np.float64).reshape(len(found), WIDTH)


def _six(row: object) -> list[float] | None:
    if not isinstance(row, list | tuple) or len(row) < WIDTH or not is_moment(row[0]):
        return None
    try:
        return [float("nan") if value is None else float(value) for value in row[:WIDTH]]
    except (TypeError, ValueError, OverflowError):
        return None


def _rows(values: npt.NDArray[np.float64]) -> Rows:
    rows = np.zeros(len(values), dtype=ROW)
    rows["time"] = values[:, 0].astype(np.int64)
    for column, name in enumerate(INPUTS, start=1):
        rows[name] = values[:, column]
    return rows[np.argsort(rows["time"], kind="stable")]


def _without_repeats(rows: Rows, findings: Counter[str]) -> Rows:
    """Equal repeats are dropped; of candles that contradict each other none is believed."""
    first = np.searchsorted(rows["time"], rows["time"])
    if len(first) == len(np.unique(first)):
        return rows
    differs = ~same_values(rows, rows[first])
    contradicted = np.isin(first, first[differs])
    is_first = first == np.arange(len(rows))
    findings["contradicting"] += int(contradicted.sum())
    findings["repeated"] += int((~contradicted & ~is_first).sum())
    return rows[~contradicted & is_first]

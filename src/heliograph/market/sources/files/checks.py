"""What candles of one symbol and timeframe must satisfy, row by row."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import INPUTS, PRICES, Floats
from heliograph.market.sources.files.grid import ends, on_grid
from heliograph.market.sources.files.table import Faults, Mask
from heliograph.market.sources.files.times import Stamps

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns as numbers: the opens, and float64[5, rows] of open, high, low, close, volume."""

    stamps: Stamps
    values: Floats

    def value(self, name: str) -> Floats:
        return self.values[INPUTS.index(name)]


def check_prices(columns: Columns, faults: Faults) -> None:
    """Mark rows whose prices are unknown, not positive or upside down, and volumes below zero."""
    for name in PRICES:
        values = columns.value(name)
        faults.add(
            np.flatnonzero(~np.isfinite(values)),
            lambda row, v=values, n=name: f"{n} is {_number(v[row])}, no price",
        )
        faults.add(
            np.flatnonzero(values <= 0),
            lambda row, v=values, n=name: f"{n} {_number(v[row])} is not above zero",
        )
    high, low, volume = (columns.value(name) for name in ("high", "low", "volume"))
    faults.add(
        np.flatnonzero(high < low), lambda row: f"high {_number(high[row])} is below low {_number(low[row])}"
    )
    faults.add(
        np.flatnonzero((volume < 0) | np.isinf(volume)),
        lambda row: f"volume {_number(volume[row])} is not possible",
    )


def check_order(columns: Columns, rows: Rows, faults: Faults) -> tuple[Rows, int, bool]:
    """The rows in rising order without repeats, the number of repeats, and whether they were turned round.

    Rows that stand out of order, or say something else about the same open, are marked.
    """
    time = columns.stamps.utc[rows]
    steps = np.diff(time)
    turned = bool(len(steps)) and bool(np.all(steps <= 0)) and bool(np.any(steps < 0))
    if turned:
        rows, time = rows[::-1], time[::-1]
    behind = time < np.maximum.accumulate(time) if len(time) else np.zeros(0, dtype=bool)
    faults.add(
        rows[behind],
        lambda row: (
            f"{shown(columns.stamps.utc[row])} stands after a later time; a file must be in order of time"
        ),
    )
    rows, time = rows[~behind], time[~behind]
    same = np.flatnonzero(np.diff(time) == 0)
    identical = _identical(columns, rows[same], rows[same + 1])
    contrary = np.isin(time, time[same[~identical]])
    faults.add(
        rows[contrary],
        lambda row: f"{shown(columns.stamps.utc[row])} is there more than once with different values",
    )
    keep = ~contrary
    keep[same + 1] = False
    return rows[keep], int((~contrary[same + 1]).sum()), turned


def check_grid(columns: Columns, rows: Rows, *, timeframe: str, zone: str | None, faults: Faults) -> Rows:
    """The rows whose opens lie on the grid; the others are marked."""
    good = on_grid(columns.stamps.wall[rows], timeframe)
    if columns.stamps.absolute:
        # A zone that is given for a whole folder does not move the days of files that know UTC.
        good |= on_grid(columns.stamps.utc[rows], timeframe)
    faults.add(
        rows[~good],
        lambda row: (
            f"{shown(columns.stamps.wall[row])} is not the open of a {timeframe} bar in {zone or 'UTC'}"
            " (see --timeframe and --timezone)"
        ),
    )
    return rows[good]


def leave_out_forming(
    columns: Columns, rows: Rows, *, timeframe: str, now: int | None, faults: Faults
) -> tuple[Rows, int]:
    """The rows whose bars are over, and 1 if the last one was still forming; later ones are marked."""
    if now is None or not len(rows):
        return rows, 0
    still = ends(columns.stamps.utc[rows], timeframe) > now
    future = still & (columns.stamps.utc[rows] > now)
    faults.add(
        rows[future], lambda row: f"{shown(columns.stamps.utc[row])} lies in the future (see --timezone)"
    )
    return rows[~still], int((still & ~future).sum())


def outside_range(columns: Columns, rows: Rows) -> int:
    """In how many rows the open or the close lies outside low..high."""
    _, high, low, _, _ = (values[rows] for values in columns.values)
    outside: Mask = np.zeros(len(rows), dtype=bool)
    for name in ("open", "close"):
        values = columns.value(name)[rows]
        outside |= (values > high) | (values < low)
    return int(outside.sum())


def shown(ms: int) -> str:
    """A time as people write it, with seconds only where it has some."""
    moment = datetime.fromtimestamp(int(ms) / 1000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S" if ms % 60_000 else "%Y-%m-%d %H:%M")


def _identical(columns: Columns, left: Rows, right: Rows) -> Mask:
    a, b = columns.values[:, left], columns.values[:, right]
    return np.all((a == b) | (np.isnan(a) & np.isnan(b)), axis=0)


def _number(value: float) -> str:
    return repr(float(value)).removesuffix(".0")

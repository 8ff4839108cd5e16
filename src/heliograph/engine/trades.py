"""Trades one by one, made from columns when they are asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from heliograph.engine.exits.records import Records
from heliograph.engine.exits.rules import EXIT_REASONS, SIDES, ExitReason


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade. Times are the opens of bars in UTC milliseconds; what an open trade does not have yet is
    None.

    `r`, `mfe_r` and `mae_r` are in units of the distance from entry to stop, None without a stop.
    """

    symbol: str
    side: str
    signal_time: int
    entry_time: int
    entry_price: float
    exit_time: int | None
    exit_price: float | None
    exit_reason: ExitReason | None
    r: float | None
    return_pct: float | None
    mfe_r: float | None
    mae_r: float | None
    bars_held: int


class Trades(Sequence[Trade]):
    """The rows of a structured array as trades."""

    def __init__(self, rows: Records, make: Callable[[np.void], Trade]):
        self._rows, self._make = rows, make

    @classmethod
    def finished(cls, rows: Records, symbols: Sequence[str]) -> "Trades":
        """Those of EXIT_RECORD rows."""
        return cls(rows, lambda row: _finished(row, symbols))

    @classmethod
    def open(cls, rows: Records, symbols: Sequence[str]) -> "Trades":
        """Those of SLOT rows that hold a trade."""
        return cls(rows, lambda row: _open(row, symbols))

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Trade: ...
    @overload
    def __getitem__(self, index: slice) -> "Trades": ...
    def __getitem__(self, index: int | slice) -> "Trade | Trades":
        if isinstance(index, slice):
            return Trades(self._rows[index], self._make)
        return self._make(self._rows[index])


def _finished(row: np.void, symbols: Sequence[str]) -> Trade:
    return Trade(
        symbol=symbols[row["instrument"]],
        side=SIDES[int(row["side"])],
        signal_time=int(row["signal_time"]),
        entry_time=int(row["entry_time"]),
        entry_price=float(row["entry_price"]),
        exit_time=int(row["exit_time"]),
        exit_price=float(row["exit_price"]),
        exit_reason=EXIT_REASONS[row["reason"]],
        r=_known(row["r"]),
        return_pct=float(row["return_pct"]),
        mfe_r=_known(row["mfe_r"]),
        mae_r=_known(row["mae_r"]),
        bars_held=int(row["bars_held"]),
    )


def _open(row: np.void, symbols: Sequence[str]) -> Trade:
    """An open trade; its excursions are those so far."""
    way, entry = int(row["side"]), float(row["entry_price"])
    risk = way * (entry - float(row["stop"]))
    best, worst = (row["high"], row["low"]) if way == 1 else (row["low"], row["high"])
    return Trade(
        symbol=symbols[row["instrument"]],
        side=SIDES[way],
        signal_time=int(row["signal_time"]),
        entry_time=int(row["entry_time"]),
        entry_price=entry,
        exit_time=None,
        exit_price=None,
        exit_reason=None,
        r=None,
        return_pct=None,
        mfe_r=_known(way * (float(best) - entry) / risk),
        mae_r=_known(way * (float(worst) - entry) / risk),
        bars_held=int(row["bars_held"]),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

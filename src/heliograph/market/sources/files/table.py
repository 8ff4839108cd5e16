"""A table of any kind of file before its columns are understood, and the rows of it that are bad."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from heliograph.engine.bars import Times

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was left out: its line (or row, counted from 1) and the reason."""

    line: int
    reason: str


def shown(value: object) -> str:
    """A value of a file for a message: short, and on one line."""
    return "" if value is None else " ".join(str(value)[:40].split())


@dataclass(frozen=True, slots=True)
class Table:
    """`frame` holds the columns by position: `0`, `1` and so on. `lines` says where each of its rows stands.

    `stem` is the name without its ending, which may tell the symbol. `unit` is `line` for text, else `row`.
    """

    stem: str
    header: tuple[str, ...]
    frame: pl.DataFrame
    lines: Times
    unit: str = "line"


@dataclass(slots=True)
class Faults:
    """What is wrong with which rows; the first reason of a row counts."""

    lines: Times
    reasons: dict[int, Callable[[int], str]] = field(default_factory=dict)
    # Lines that never became rows, such as those with too few columns.
    broken: list[Skipped] = field(default_factory=list)

    def add(self, rows: npt.NDArray[np.int64], reason: Callable[[int], str]) -> None:
        """These rows are bad; `reason(row)` makes the words when they are wanted."""
        for row in rows.tolist():
            self.reasons.setdefault(row, reason)

    def keep(self) -> Mask:
        """Which rows are good."""
        good = np.ones(len(self.lines), dtype=bool)
        good[list(self.reasons)] = False
        return good

    def __len__(self) -> int:
        return len(self.reasons) + len(self.broken)

    def first(self) -> Skipped:
        """The one that stands first in the file."""
        rows = sorted(self.reasons, key=lambda row: self.lines[row])[:1]
        return min(self.broken[:1] + [self._words(row) for row in rows], key=lambda skipped: skipped.line)

    def all(self) -> list[Skipped]:
        """All of them, in the order of the file."""
        words = [self._words(row) for row in self.reasons]
        return sorted(self.broken + words, key=lambda skipped: skipped.line)

    def _words(self, row: int) -> Skipped:
        return Skipped(int(self.lines[row]), self.reasons[row](row))

"""What a report is made of: sections of figures and tables. What is unknown has to say why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from heliograph.engine.performance.estimates import Estimate

Cell: TypeAlias = str | float | int | None
# How a value is written.
Unit: TypeAlias = Literal[
    "count", "r", "pct", "loss", "ratio", "hours", "share", "score", "text", "time", "price"
]
Chart: TypeAlias = Literal["", "curve", "histogram", "reliability", "course"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: of the period, and of the one before it; `reason` says why it is unknown."""

    label: str
    unit: Unit
    value: float | None
    previous: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError(f"{self.label} is either known, or unknown for a reason.")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; unknown cells are None."""

    name: str
    label: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `note` says what is left out, or why there is no row. `chart`: how it is drawn."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str | None = None
    chart: Chart = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report. `reason`: why all of it is unknown."""

    title: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    reason: str | None = None


def count(label: str, value: int, previous: int | None) -> Figure:
    """A number of things, which is always known."""
    return Figure(label, "count", value, previous)


def known_or(label: str, unit: Unit, value: float | None, previous: float | None, reason: str) -> Figure:
    """A number, or why it is not known."""
    return Figure(label, unit, value, previous, reason=reason if value is None else None)


def estimated(label: str, unit: Unit, now: Estimate, previous: Estimate, reason: str, /) -> Figure:
    """A mean or share with its interval and number."""
    unknown = reason if now.value is None else None
    return Figure(label, unit, now.value, previous.value, now.low, now.high, now.n, unknown)


def iso(moment: datetime) -> str:
    """As JSON has moments."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")

"""A report in words and drawings: what its forms for people share. It is read from the plain values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from heliograph.kit.numbers import DASH, fixed, signed
from heliograph.reports.forms.drawing import Paper, draw

Plain: TypeAlias = Mapping[str, Any]
SECTIONS = (
    "signals", "performance", "data_quality", "health", "trends", "recommendations", "details",
)  # fmt: skip
WORDS = frozenset({"text", "time"})


def _ratio(value: float) -> str:
    return signed(value, 2).removeprefix("+")


WRITERS: Mapping[str, Callable[[float], str]] = {
    "count": lambda value: fixed(value, 0),
    "r": lambda value: f"{signed(value, 2)} R",
    "pct": lambda value: f"{signed(value, 2)} %",
    # What rounds to zero has no sign.
    "loss": lambda value: f"{signed(value, 2).removeprefix('+')} %",
    "share": lambda value: f"{fixed(100 * value, 1)} %",
    "hours": lambda value: f"{fixed(value, 1)} h",
    "score": lambda value: fixed(value, 1),
    "price": lambda value: f"{value:,.8g}",
}


@dataclass(frozen=True, slots=True)
class WrittenFigure:
    """A figure as people read it; `reason` where it is unknown."""

    label: str
    value: str
    interval: str
    previous: str
    reason: str


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """A table as people read it. `heads` are labels, and whether they stand above numbers."""

    title: str
    heads: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[tuple[str, str, bool]]]
    note: str
    drawing: str


@dataclass(frozen=True, slots=True)
class WrittenSection:
    """A section as people read it."""

    name: str
    title: str
    reason: str
    figures: Sequence[WrittenFigure]
    tables: Sequence[WrittenTable]


def period_words(report: Plain) -> str:
    """`2024-08-20 00:00 to 2024-08-21 00:00, UTC`."""
    period = report["period"]
    zone = "" if period["zone"] == "UTC" else f" (by the calendar of {period['zone']})"
    return f"{written(period['since'], 'time')} to {written(period['until'], 'time')}, UTC{zone}"


def sections_of(report: Plain, on: Paper) -> list[WrittenSection]:
    """All sections in their order, drawn in these colours."""
    return [_section(name, report[name], on) for name in SECTIONS]


def written(value: str | float | int | None, unit: str) -> str:
    """A value with its unit; a dash where it is unknown."""
    if value is None:
        return DASH
    if isinstance(value, str):
        return value.replace("T", " ").removesuffix("Z").removesuffix(":00") if unit == "time" else value
    return WRITERS.get(unit, _ratio)(value)


def _section(name: str, section: Plain, on: Paper) -> WrittenSection:
    return WrittenSection(
        name=name,
        title=section["title"],
        reason=_sentence(section["reason"]),
        figures=[_figure(one) for one in section["figures"].values()],
        tables=[_table(one, on) for one in section["tables"].values()],
    )


def _figure(one: Plain) -> WrittenFigure:
    unit = one["unit"]
    known = one["low"] is not None and one["high"] is not None
    ends = [f"{written(one['low'], unit)} to {written(one['high'], unit)}"] if known else []
    n = [f"n {one['n']:,}"] if one["n"] is not None else []
    return WrittenFigure(
        label=one["label"],
        value=written(one["value"], unit),
        interval=", ".join([*ends, *n]),
        previous=written(one["previous"], unit),
        reason=one["reason"] or "",
    )


def _table(one: Plain, on: Paper) -> WrittenTable:
    columns = one["columns"]
    heads = [(column["label"], column["unit"] not in WORDS) for column in columns]
    rows = [
        [
            (label, written(cell, column["unit"]), is_number)
            for cell, column, (label, is_number) in zip(row, columns, heads, strict=True)
        ]
        for row in one["rows"]
    ]
    return WrittenTable(one["title"], heads, rows, one["note"] or "", draw(one, on))


def _sentence(reason: str | None) -> str:
    return f"Not known: {reason}." if reason else ""

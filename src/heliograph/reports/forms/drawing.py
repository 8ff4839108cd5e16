"""The charts of a report as SVG. Places are rounded, so that the same rows draw the same bytes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any, TypeAlias

from heliograph.kit.numbers import signed

Ink: TypeAlias = Mapping[str, str]
Table: TypeAlias = Mapping[str, Any]
# Colours of the look: for pages by their tokens, for paper the light ones.
TOKENS: Ink = {name: f"var(--{name})" for name in ("ink", "ink2", "ink3", "line", "edge", "accent")}
INK: Ink = {
    "ink": "#15181e",
    "ink2": "#464e5b",
    "ink3": "#5d6573",
    "line": "#dfe3e9",
    "edge": "#7f8795",
    "accent": "#3a4fc4",
}
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 190, 56, 12, 22, 24
MOST_POINTS = 800


@dataclass(frozen=True, slots=True)
class Paper:
    """What is drawn on: its colours, and how wide it is in units of which letters have eleven."""

    ink: Ink
    width: int = 520


def draw(table: Table, on: Paper) -> str:
    """The drawing of a table; empty where it has none, or too little to draw."""
    made = CHARTS.get(table["chart"])
    return made(table, on) if made and table["rows"] else ""


def _curve(table: Table, on: Paper) -> str:
    names = _places(table)
    r = [row[names["sum_r"]] for row in table["rows"]]
    in_r = any(row[names["r"]] is not None for row in table["rows"])
    values = r if in_r else [row[names["sum_pct"]] for row in table["rows"]]
    times = [row[names["begin"]] for row in table["rows"]]
    label = "Sum of R" if in_r else "Sum of returns, %"
    return _lines([("", values)], times, label, on, around_zero=True)


def _course(table: Table, on: Paper) -> str:
    names = _places(table)
    times = [row[names["begin"]] for row in table["rows"]]
    lines = [("", [row[names["mean"]] for row in table["rows"]])]
    if "least" in names:
        lines.append(("4 3", [row[names["least"]] for row in table["rows"]]))
    legend = "Mean score; dashed: the lowest" if "least" in names else "Score"
    return _lines(lines, times, legend, on, bounds=(0.0, 100.0))


def _lines(
    lines: Sequence[tuple[str, Sequence[float | None]]],
    times: Sequence[str],
    label: str,
    on: Paper,
    *,
    bounds: tuple[float, float] | None = None,
    around_zero: bool = False,
) -> str:
    known = [value for _, values in lines for value in values if value is not None]
    if len(times) < 2 or not known:
        return ""
    moments = [datetime.fromisoformat(one).timestamp() for one in times]
    low, high = bounds or (min(known), max(known))
    if around_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    high = high if high > low else low + 1.0
    parts = [_grid(low, on), _grid_line(low, high, 0.0, on) if low < 0 < high else ""]
    for dash, values in lines:
        path = _path(moments, values, low, high, on)
        style = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<path d="{path}" fill="none" stroke="{on.ink["ink2"]}" stroke-width="1.5"{style}/>')
    parts += [
        _text(LEFT, 11, label, on, "start"),
        _text(LEFT - 6, _y(high, low, high) + 4, _short(high), on, "end"),
        _text(LEFT - 6, _y(low, low, high) + 4, _short(low), on, "end"),
        _text(LEFT, HEIGHT - 6, _day(times[0]), on, "start"),
        _text(on.width - RIGHT, HEIGHT - 6, _day(times[-1]), on, "end"),
    ]
    words = f"{label} from {_day(times[0])} to {_day(times[-1])}"
    return _svg(f"{words}, lowest {_short(min(known))}, highest {_short(max(known))}", parts, on)


def _histogram(table: Table, on: Paper) -> str:
    names = _places(table)
    counts = [row[names["settled"]] for row in table["rows"]]
    most, step = max(counts), (on.width - LEFT - RIGHT) / len(counts)
    parts = [_grid(0.0, on)]
    for place, (row, number) in enumerate(zip(table["rows"], counts, strict=True)):
        x, height = LEFT + place * step, (HEIGHT - TOP - BOTTOM) * number / most
        if number:
            parts.append(
                f'<rect x="{x + 1:.1f}" y="{HEIGHT - BOTTOM - height:.1f}" width="{step - 2:.1f}" '
                f'height="{height:.1f}" fill="{on.ink["ink3"]}"/>'
            )
        low = row[names["low"]]
        if low is not None and float(low).is_integer():
            parts.append(_text(x, HEIGHT - 6, signed(low, 0), on, "middle"))
    parts.append(_text(LEFT - 6, TOP + 8, f"{most:,}", on, "end"))
    parts.append(_text(LEFT, 11, "Signals by their R", on, "start"))
    return _svg(f"Results in R; the fullest bar holds {most:,} signals", parts, on)


def _reliability(table: Table, on: Paper) -> str:
    names = _places(table)
    side = HEIGHT - TOP - BOTTOM

    def x(value: float) -> float:
        return LEFT + side * value

    parts = [
        f'<line x1="{LEFT}" y1="{HEIGHT - BOTTOM}" x2="{LEFT + side}" y2="{TOP}" stroke="{on.ink["edge"]}"/>',
        _text(LEFT - 6, TOP + 8, "1", on, "end"),
        _text(LEFT - 6, HEIGHT - BOTTOM, "0", on, "end"),
        _text(LEFT + side / 2, HEIGHT - 6, "confidence", on, "middle"),
        _text(LEFT + side + 8, TOP + 8, "hit rate", on, "start"),
        _text(LEFT + side + 8, HEIGHT - BOTTOM, "line: as said", on, "start"),
    ]
    for row in table["rows"]:
        place, value, low, high = (
            row[names[name]] for name in ("confidence", "hit_rate", "hit_low", "hit_high")
        )
        y = [HEIGHT - BOTTOM - side * one for one in (low, high, value)]
        parts.append(
            f'<line x1="{x(place):.1f}" x2="{x(place):.1f}" y1="{y[0]:.1f}" y2="{y[1]:.1f}" '
            f'stroke="{on.ink["ink"]}"/>'
            f'<circle cx="{x(place):.1f}" cy="{y[2]:.1f}" r="3" fill="{on.ink["ink"]}"/>'
        )
    return _svg("Hit rate by confidence, with 95 % intervals; the numbers are in the table", parts, on)


CHARTS: Mapping[str, Callable[[Table, Paper], str]] = {
    "curve": _curve,
    "course": _course,
    "histogram": _histogram,
    "reliability": _reliability,
}


def _places(table: Table) -> dict[str, int]:
    return {column["name"]: place for place, column in enumerate(table["columns"])}


def _path(
    moments: Sequence[float], values: Sequence[float | None], low: float, high: float, on: Paper
) -> str:
    """Each at its time. Gaps stay gaps; of very many points some are left out."""
    step, pen, pieces = max(1, len(values) // MOST_POINTS), "M", []
    wide = (on.width - LEFT - RIGHT) / ((moments[-1] - moments[0]) or 1.0)
    for place in range(0, len(values), step):
        value = values[place]
        if value is None:
            pen = "M"
            continue
        x = LEFT + wide * (moments[place] - moments[0])
        pieces.append(f"{pen}{x:.1f} {_y(value, low, high):.1f}")
        pen = "L"
    return "".join(pieces)


def _y(value: float, low: float, high: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)


def _grid(low: float, on: Paper) -> str:
    return _line(HEIGHT - BOTTOM, on.ink["edge"] if low == 0 else on.ink["line"], on)


def _grid_line(low: float, high: float, value: float, on: Paper) -> str:
    return _line(_y(value, low, high), on.ink["edge"], on)


def _line(y: float, colour: str, on: Paper) -> str:
    return f'<line x1="{LEFT}" x2="{on.width - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}"/>'


def _text(x: float, y: float, words: str, on: Paper, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{on.ink["ink3"]}" font-size="11" text-anchor="{anchor}" '
        f'font-family="DejaVu Sans, sans-serif">{escape(words)}</text>'
    )


def _svg(words: str, parts: Sequence[str], on: Paper) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="report-chart" viewBox="0 0 {on.width} {HEIGHT}" '
        f'role="img" aria-label="{escape(words)}">{"".join(parts)}</svg>'
    )


def _short(value: float) -> str:
    return f"{value:,.1f}".replace("-", "−")


def _day(time: str) -> str:
    return time[:16].replace("T", " ")

"""A sparkline as an SVG path of 64 x 20: no axis, no fill, gaps stay gaps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 64, 20, 3


@dataclass(frozen=True, slots=True)
class Sparkline:
    """`path` is the d of an SVG path; `x`, `y` are its last point; `change_pct` is last over first."""

    path: str
    x: float
    y: float
    change_pct: float | None


def sparkline(values: Sequence[float | None]) -> Sparkline | None:
    """The values in order, None where one is missing; None if fewer than two are known."""
    known = [value for value in values if value is not None and math.isfinite(value)]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)

    def point(place: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(EDGE + place * step, 1), round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)

    pieces, pen = [], "M"
    x = y = 0.0
    for place, value in enumerate(values):
        if value is None or not math.isfinite(value):
            pen = "M"
            continue
        x, y = point(place, value)
        pieces.append(f"{pen}{x} {y}")
        pen = "L"
    change = (known[-1] / known[0] - 1) * 100 if known[0] else None
    return Sparkline("".join(pieces), x, y, change)

"""The newest closes as an SVG path of 340 x 96, with a triangle at each signal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 340, 96, 10
# The triangle of a long one lies below its close, that of a short one above.
APART = 8


@dataclass(frozen=True, slots=True)
class Triangle:
    """A signal: where its triangle lies, and whether it points up."""

    x: float
    y: float
    is_up: bool


@dataclass(frozen=True, slots=True)
class Closes:
    """`path` is the d of an SVG path through the closes."""

    path: str
    triangles: tuple[Triangle, ...]


def draw_closes(closes: Sequence[float], signals: Iterable[tuple[int, bool]]) -> Closes | None:
    """The closes in order, with signals by place and whether they are long; None for fewer than two."""
    if len(closes) < 2:
        return None
    low, high = min(closes), max(closes)
    step = (WIDTH - 2 * EDGE) / (len(closes) - 1)

    def at(place: int) -> tuple[float, float]:
        share = (closes[place] - low) / (high - low) if high > low else 0.5
        room = HEIGHT - 4 * EDGE
        return round(EDGE + place * step, 1), round(HEIGHT - 2 * EDGE - share * room, 1)

    points = [at(place) for place in range(len(closes))]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    triangles = (
        Triangle(points[place][0], round(points[place][1] + (APART if is_long else -APART), 1), is_long)
        for place, is_long in signals
    )
    return Closes(path, tuple(triangles))

"""The ring of health: one arc for each part, as long as its weight; the worse, the thicker."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from heliograph.monitor.score import WEIGHTS
from heliograph.monitor.told import ToldPart

SIDE, RADIUS = 160, 70
# Between two arcs, in degrees.
GAP = 3.0
PLACES = {name: place for place, name in enumerate(WEIGHTS)}


@dataclass(frozen=True, slots=True)
class Arc:
    """A part: the path of its arc, and its state."""

    path: str
    state: str


def ring(parts: Sequence[ToldPart]) -> list[Arc]:
    """Arcs clockwise from the top, each part always at its place."""
    ordered = sorted(parts, key=lambda one: (PLACES.get(one.name, len(PLACES)), one.name))
    whole = sum(one.weight for one in ordered)
    arcs, begun = [], 0.0
    for one in ordered:
        length = 360 * one.weight / whole
        arcs.append(Arc(_path(begun + GAP / 2, begun + length - GAP / 2), one.state))
        begun += length
    return arcs


def _path(start: float, end: float) -> str:
    (x1, y1), (x2, y2) = _point(start), _point(end)
    is_long = int(end - start > 180)
    return f"M{x1} {y1}A{RADIUS} {RADIUS} 0 {is_long} 1 {x2} {y2}"


def _point(degrees: float) -> tuple[float, float]:
    turn = math.radians(degrees - 90)
    return round(SIDE / 2 + RADIUS * math.cos(turn), 1), round(SIDE / 2 + RADIUS * math.sin(turn), 1)

"""The worker nodes as a page shows them, and where work is placed."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from heliograph.fleet.models import Node, Place, PlacementDecision
from heliograph.fleet.nodes import LOST_AFTER

DECISIONS, PLACES = 30, 200
GLYPHS = {
    "alive": "good",
    "probation": "warning",
    "draining": "warning",
    "ejected": "bad",
    "lost": "bad",
    "left": "off",
}


@dataclass(frozen=True, slots=True)
class NodeLine:
    """One node; `state` is a key of GLYPHS, `places` counts the work that lies on it."""

    node: Node
    state: str
    why: str
    places: int

    @property
    def glyph(self) -> str:
        """The shape of its state."""
        return GLYPHS[self.state]

    @property
    def memory_mb(self) -> float | None:
        """Resident memory in MB; None where it was not measured."""
        return None if self.node.rss_bytes is None else self.node.rss_bytes / 1e6


def node_lines(*, at: datetime) -> list[NodeLine]:
    """All nodes that are remembered, those that need a look first. One statement."""
    rows = Node.objects.annotate(placed=Count("places")).order_by("name")
    lines = [_line(row, at=at) for row in rows]
    order = list(reversed(GLYPHS))
    return sorted(lines, key=lambda line: (line.state == "left", order.index(line.state)))


def _line(node: Node, *, at: datetime) -> NodeLine:
    state, why = _state(node, at=at)
    return NodeLine(node=node, state=state, why=why, places=node.placed)


def _state(node: Node, *, at: datetime) -> tuple[str, str]:
    if node.left:
        return "left", "it ended in order"
    if node.heartbeat_at <= at - LOST_AFTER:
        return "lost", "its heartbeat stopped; its work is placed elsewhere"
    if node.ejected_until and node.ejected_until > at:
        return "ejected", node.ejection_reason
    if node.draining:
        return "draining", node.reason
    if node.probation_until and node.probation_until > at:
        return "probation", node.ejection_reason
    return "alive", ""


def decisions() -> list[PlacementDecision]:
    """The newest decisions of placement."""
    return list(PlacementDecision.objects.order_by("-at", "-pk")[:DECISIONS])


@dataclass(frozen=True, slots=True)
class Share:
    """The work of one concern that lies on one node; `percent` of all of that concern."""

    concern: str
    node: str
    strategy: str
    count: int
    percent: float


def shares() -> list[Share]:
    """How placed work is spread, the fullest node first. One statement."""
    rows = list(
        Place.objects.values_list("concern", "node__name", "strategy")
        .annotate(number=Count("pk"))
        .order_by("concern", "-number", "node__name")
    )
    totals: dict[str, int] = {}
    for concern, _, _, number in rows:
        totals[concern] = totals.get(concern, 0) + number
    return [
        Share(concern, node or "", strategy, number, 100 * number / totals[concern])
        for concern, node, strategy, number in rows
    ]


def places() -> list[Place]:
    """The places, by their key."""
    return list(Place.objects.select_related("node").order_by("concern", "key")[:PLACES])

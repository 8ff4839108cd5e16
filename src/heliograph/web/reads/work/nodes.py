"""The worker nodes as a page shows them, and where work is placed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from heliograph.fleet.models import Place, PlacementDecision
from heliograph.fleet.node_list import NodeItem, list_nodes

DECISIONS, PLACES = 30, 200
# In the order in which one looks at them.
GLYPHS = {
    "lost": "bad",
    "ejected": "bad",
    "late": "warning",
    "draining": "warning",
    "probation": "warning",
    "alive": "good",
    "left": "off",
}


@dataclass(frozen=True, slots=True)
class NodeLine:
    """One node with the shape of its state."""

    node: NodeItem
    glyph: str

    @property
    def age(self) -> timedelta:
        """How long ago its last heartbeat was."""
        return timedelta(seconds=self.node.heartbeat_age_s)

    @property
    def memory_mb(self) -> float | None:
        """Resident memory in MB; None where it was not measured."""
        return None if self.node.rss_bytes is None else self.node.rss_bytes / 1e6


def node_lines(*, at: datetime) -> list[NodeLine]:
    """All nodes that are remembered, those that need a look first. One statement."""
    order = list(GLYPHS)
    found = sorted(list_nodes(at=at), key=lambda node: order.index(node.state))
    return [NodeLine(node, GLYPHS[node.state]) for node in found]


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

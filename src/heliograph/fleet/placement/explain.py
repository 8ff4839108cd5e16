"""Where a piece of work lies, and why."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from heliograph.fleet.models import Place, PlacementDecision
from heliograph.fleet.nodes import alive
from heliograph.fleet.placement import rows
from heliograph.fleet.placement.errors import NoSuchPlace
from heliograph.fleet.placement.place import candidate, usable
from heliograph.fleet.placement.rendezvous import bounds, rank

NEWEST = 10


@dataclass(frozen=True, slots=True)
class Decision:
    """One move; `before` is None where the key was new."""

    at: datetime
    before: str | None
    after: str
    strategy: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A node in the order in which rendezvous hashing would take it: keys that it holds, and may hold."""

    node: str
    holds: int
    most: int


@dataclass(frozen=True, slots=True)
class PlaceStory:
    """Where a key lies since when, how the nodes rank for it, and its newest decisions, the last first.

    `node` is None where the node that had it is forgotten.
    """

    key: str
    concern: str
    node: str | None
    strategy: str
    reason: str
    placed_at: datetime
    ranking: list[Ranked]
    decisions: list[Decision]


def explain_place(key: str, *, at: datetime) -> PlaceStory:
    """The story of one key."""
    place = Place.objects.select_related("node").filter(key=key).first()
    if place is None:
        raise NoSuchPlace(key, list(Place.objects.order_by("key").values_list("key", flat=True)[:3]))
    decisions = PlacementDecision.objects.filter(key=key).order_by("-at", "-pk")[:NEWEST]
    return PlaceStory(
        key=key,
        concern=place.concern,
        node=place.node.name if place.node else None,
        strategy=place.strategy,
        reason=place.reason,
        placed_at=place.placed_at,
        ranking=ranking(key, concern=place.concern, at=at),
        decisions=[
            Decision(one.at, one.from_node or None, one.to_node, one.strategy, one.reason)
            for one in decisions
        ],
    )


def ranking(key: str, *, concern: str, at: datetime) -> list[Ranked]:
    """The nodes that may get work of the concern, in the order of rendezvous hashing."""
    candidates = [candidate(node, at=at) for node in usable(alive(at=at), concern=concern, at=at)]
    if not candidates:
        return []
    lie = rows.places(concern, at=at)
    held = Counter(one.node for one in lie.values())
    most, ranked = bounds(candidates, len(lie)), rank([key], candidates)
    names = [ranked.names[node] for node in ranked.order[0]]
    return [Ranked(name, held[name], most[name]) for name in names]

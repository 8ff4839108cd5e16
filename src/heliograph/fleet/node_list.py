"""The nodes as people look at them: in which state each is, and what it holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count

from heliograph.fleet.ejection import is_ejected, on_probation
from heliograph.fleet.models import Node
from heliograph.fleet.nodes import LOST_AFTER

State = Literal["alive", "late", "draining", "ejected", "probation", "lost", "left"]
# Two beats did not come.
LATE_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class NodeItem:
    """One node. `why` says what made its state, empty where there is nothing to say; None is not measured."""

    name: str
    state: State
    why: str
    host: str
    release: str
    pid: int
    queues: list[str]
    capacity: int
    weight: float
    outstanding: int
    latency_ms: float | None
    mean_ms: float | None
    places: int
    heartbeat_age_s: float
    cpu_pct: float | None
    rss_bytes: int | None


def list_nodes(*, at: datetime) -> list[NodeItem]:
    """All nodes that are remembered, by name. One statement."""
    return [
        _item(node, at=at) for node in Node.objects.annotate(place_count=Count("places")).order_by("name")
    ]


def state_of(node: Node, *, at: datetime) -> tuple[State, str]:
    """The state of a node, and why it is in it."""
    age = at - node.heartbeat_at
    if node.left:
        return "left", ""
    if age >= LOST_AFTER:
        return "lost", "its heartbeat stopped"
    if node.draining:
        return "draining", node.reason
    if is_ejected(node, at=at):
        return "ejected", f"until {node.ejected_until:%H:%M:%S} UTC: {node.ejection_reason}"
    if age >= LATE_AFTER:
        return "late", "heartbeats are missing"
    if on_probation(node, at=at):
        return "probation", f"until {node.probation_until:%H:%M:%S} UTC, was {node.ejection_reason}"
    return "alive", ""


def _item(node: Node, *, at: datetime) -> NodeItem:
    state, why = state_of(node, at=at)
    return NodeItem(
        name=node.name,
        state=state,
        why=why,
        host=node.host,
        release=node.release,
        pid=node.pid,
        queues=node.queues,
        capacity=node.capacity,
        weight=node.weight,
        outstanding=node.outstanding,
        latency_ms=node.latency_ms,
        mean_ms=node.mean_ms,
        places=getattr(node, "place_count", 0),
        heartbeat_age_s=(at - node.heartbeat_at).total_seconds(),
        cpu_pct=node.cpu_pct,
        rss_bytes=node.rss_bytes,
    )

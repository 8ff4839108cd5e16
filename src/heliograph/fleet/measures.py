"""Reads what the policy of scaling needs from nodes and queues; what nobody measured is None."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from heliograph.fleet.models import Node
from heliograph.fleet.nodes import alive


@dataclass(frozen=True, slots=True)
class NodesLoad:
    """The nodes of a concern that are alive and do not drain.

    Per cent are means over them; `held` are pieces of work, on those that drain too.
    """

    nodes: int
    held: int
    cpu_pct: float | None
    memory_pct: float | None
    rss_bytes: float | None


def nodes_load(concern: str, *, at: datetime, memory_bytes: int | None = None) -> NodesLoad:
    """How busy the nodes of a concern are; without the memory that one may have, its share is unknown."""
    found = [node for node in alive(at=at) if concern in node.queues]
    taking = [node for node in found if not node.draining]
    rss = _mean(node.rss_bytes for node in taking)
    return NodesLoad(
        nodes=len(taking),
        held=sum(node.outstanding for node in found),
        cpu_pct=_mean(_cpu_pct(node) for node in taking),
        memory_pct=100 * rss / memory_bytes if rss is not None and memory_bytes else None,
        rss_bytes=rss,
    )


def pieces(*, due: int | None, queues: Mapping[str, int] | None, held: int) -> int | None:
    """How much work waits or runs; None where a part of it is unknown.

    Rows say what is due, queues and nodes what was sent. Both tell of the same work, and each may lack some:
    a ring that was lost, a concern whose work is not in rows. The larger counts.
    """
    if due is None or queues is None:
        return None
    return max(due, sum(queues.values()) + held)


def _cpu_pct(node: Node) -> float | None:
    """Of the processors that its tasks could use."""
    return None if node.cpu_pct is None else node.cpu_pct / max(node.capacity, 1)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None

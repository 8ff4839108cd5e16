"""Nodes that are slow or fail beside their peers get no work for a while: outlier detection as in Envoy.

A node is measured against the others alone: where all are slow, none is. It comes back on probation, with
half its weight and a sharper eye on it, and goes for twice as long if it is no better. Never more than a
third are out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db import connection, transaction
from django.db.models import F

from heliograph.fleet.models import Node
from heliograph.fleet.nodes import alive

# Of the median of its peers, of which there must be some, each with some samples.
TIMES_SLOWER = 3.0
LEAST_PEERS = 3
LEAST_SAMPLES = 10
# On probation it has a past that speaks against it.
LEAST_SAMPLES_ON_PROBATION = 3
# Below that nobody waits for it, and the clock is coarse.
LEAST_MS = 20.0
MOST_FAILURES = 5
SHORTEST = timedelta(seconds=30)
LONGEST = timedelta(minutes=10)
# Any number that nothing else locks by.
EJECTING = 4_215_002


@dataclass(frozen=True, slots=True)
class Ejection:
    """A node that is to get no work until a moment, and why."""

    name: str
    until: datetime
    reason: str


def eject_slow(*, at: datetime) -> list[Node]:
    """Ejects outliers, takes those back whose time is over, and returns the nodes that are alive."""
    nodes = alive(at=at)
    if not _something_changes(nodes, at=at):
        return nodes
    with transaction.atomic():
        # Two that judge at once could together eject too many.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EJECTING])
        nodes = alive(at=at)
        for ejection in outliers(nodes, at=at):
            _eject(ejection)
        for node in nodes:
            if _is_back(node, at=at):
                _take_back(node, at=at)
            elif _has_passed(node, at=at):
                _forgive(node)
    return alive(at=at)


def is_ejected(node: Node, *, at: datetime) -> bool:
    """True while the node gets no work."""
    return node.ejected_until is not None and node.ejected_until > at


def on_probation(node: Node, *, at: datetime) -> bool:
    """True while the node shows whether it is better now."""
    return node.probation_until is not None and node.probation_until > at


def outliers(nodes: Sequence[Node], *, at: datetime) -> list[Ejection]:
    """Which nodes are to be ejected now, the worst first, as far as a third of all allows."""
    # One whose time is over was measured before it went: it is judged once it is back.
    inside = [node for node in nodes if node.ejected_until is None]
    room = len(nodes) // 3 - (len(nodes) - len(inside))
    found = sorted(_judged(inside, at=at), key=lambda pair: -pair[0])
    return [ejection for _, ejection in found[: max(room, 0)]]


def _judged(inside: Sequence[Node], *, at: datetime) -> Iterator[tuple[float, Ejection]]:
    """Outliers with how many times worse than their peers they are."""
    for node in inside:
        peers = [peer for peer in inside if peer is not node]
        worse, reason = max(_slowness(node, peers, at=at), _failing(node, peers))
        if reason:
            yield worse, Ejection(node.name, at + _length(node.ejections), reason)


def _slowness(node: Node, peers: Sequence[Node], *, at: datetime) -> tuple[float, str]:
    least = LEAST_SAMPLES_ON_PROBATION if on_probation(node, at=at) else LEAST_SAMPLES
    known = [peer.mean_ms for peer in peers if peer.mean_ms is not None and peer.samples >= LEAST_SAMPLES]
    if node.mean_ms is None or node.samples < least or len(known) < LEAST_PEERS:
        return 0.0, ""
    usual = median(known)
    if node.mean_ms < LEAST_MS or node.mean_ms <= TIMES_SLOWER * usual:
        return 0.0, ""
    times = node.mean_ms / usual if usual else float("inf")
    return times, f"slow: {node.mean_ms:,.0f} ms against a median of {usual:,.0f} ms of {len(known)} others"


def _failing(node: Node, peers: Sequence[Node]) -> tuple[float, str]:
    # Where many fail, it is the work or the database, not the node.
    fine = sum(peer.failures == 0 for peer in peers)
    if node.failures < MOST_FAILURES or len(peers) < LEAST_PEERS or 2 * fine < len(peers):
        return 0.0, ""
    return float(node.failures), f"failing: {node.failures} pieces of work in a row"


def _length(before: int) -> timedelta:
    """How long a node stays out that was ejected so many times before without passing its probation."""
    return min(SHORTEST * 2 ** min(before, 10), LONGEST)


def _something_changes(nodes: Sequence[Node], *, at: datetime) -> bool:
    return any(_is_back(node, at=at) or _has_passed(node, at=at) for node in nodes) or bool(
        outliers(nodes, at=at)
    )


def _is_back(node: Node, *, at: datetime) -> bool:
    return node.ejected_until is not None and node.ejected_until <= at


def _has_passed(node: Node, *, at: datetime) -> bool:
    return node.ejected_until is None and node.probation_until is not None and node.probation_until <= at


def _eject(ejection: Ejection) -> None:
    Node.objects.filter(name=ejection.name).update(
        ejected_until=ejection.until,
        ejection_reason=ejection.reason,
        ejections=F("ejections") + 1,
        probation_until=None,
    )


def _take_back(node: Node, *, at: datetime) -> None:
    """What was measured before does not count against it."""
    Node.objects.filter(pk=node.pk, ejected_until=node.ejected_until).update(
        ejected_until=None,
        probation_until=at + _length(node.ejections - 1),
        latency_ms=None,
        latency_at=None,
        mean_ms=None,
        samples=0,
        failures=0,
    )


def _forgive(node: Node) -> None:
    Node.objects.filter(pk=node.pk, probation_until=node.probation_until).update(
        probation_until=None, ejections=0, ejection_reason=""
    )

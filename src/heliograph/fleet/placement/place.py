"""Places work on nodes and keeps the places as rows, with a decision for each that changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

from django.db import transaction

from heliograph.fleet.ejection import eject_slow, is_ejected, on_probation
from heliograph.fleet.models import Node
from heliograph.fleet.placement import rows
from heliograph.fleet.placement.candidate import Candidate, Pick
from heliograph.fleet.placement.reasons import why_not
from heliograph.fleet.placement.rows import Change
from heliograph.fleet.placement.strategies import Asked, Strategy, find_strategy


def place(keys: Sequence[str], *, concern: str, strategy: str, at: datetime) -> dict[str, str | None]:
    """The node of each key; None if nobody is there for the concern: the shared queue is the way then.

    Under a sticky strategy keys stay where they lie while their node lives, takes work and holds no more
    than it may, and nothing is written then; another one chooses anew at each call. Two that place at once
    take turns.
    """
    method = find_strategy(strategy)
    asked = list(dict.fromkeys(keys))
    nodes = usable(eject_slow(at=at), concern=concern, at=at)
    if not nodes or not asked:
        return dict.fromkeys(asked)
    candidates = [candidate(node, at=at) for node in nodes]
    if method.sticky:
        lie = rows.places(concern, at=at)
        if not _choose(method, asked, candidates, lie=lie, dice=Random(0)):
            rows.touch([key for key in asked if lie[key].stale], concern=concern, at=at)
            return {key: lie[key].node for key in asked}
    return _place(asked, candidates, method=method, concern=concern, at=at)


def usable(nodes: Sequence[Node], *, concern: str, at: datetime) -> list[Node]:
    """Those of the nodes that may get work of a concern; ejected ones only where there are no others."""
    serving = [node for node in nodes if concern in node.queues and not node.draining]
    inside = [node for node in serving if not is_ejected(node, at=at)]
    return inside or serving


def candidate(node: Node, *, at: datetime) -> Candidate:
    """What a strategy sees of a node. On probation it has half its weight."""
    weight = node.capacity * node.weight * (0.5 if on_probation(node, at=at) else 1.0)
    age = (at - node.latency_at).total_seconds() if node.latency_at else 0.0
    return Candidate(node.name, weight, node.outstanding, node.latency_ms, age)


def _place(
    asked: list[str], candidates: list[Candidate], *, method: Strategy, concern: str, at: datetime
) -> dict[str, str | None]:
    """Choose again behind the lock, where nobody else changes places, and write what changes."""
    with transaction.atomic():
        turns = rows.lock(concern, strategy=method.name)
        lie = rows.places(concern, at=at)
        dice = Random(f"{concern} {at.isoformat()}")
        picks = _choose(method, asked, candidates, lie=lie, dice=dice, turns=turns)
        changed = {key: pick for key, pick in picks.items() if key not in lie or lie[key].node != pick.node}
        rows.write(
            _changes(changed, lie, concern=concern, at=at), concern=concern, strategy=method.name, at=at
        )
        if not method.sticky and picks:
            given = [pick.node for pick in picks.values()]
            rows.remember(concern, strategy=method.name, turns=picks[asked[-1]].turns)
            rows.add_outstanding({name: given.count(name) for name in set(given)})
        rows.touch([key for key in asked if key in lie and lie[key].stale], concern=concern, at=at)
    return {key: picks[key].node if key in picks else lie[key].node for key in asked}


def _choose(
    method: Strategy,
    asked: list[str],
    candidates: list[Candidate],
    *,
    lie: Mapping[str, rows.Lying],
    dice: Random,
    turns: Mapping[str, float] | None = None,
) -> dict[str, Pick]:
    """A sticky strategy looks at all that lies somewhere, since what a node holds in all is bounded."""
    keys = [*lie, *(key for key in asked if key not in lie)] if method.sticky else asked
    kept = {key: one.node for key, one in lie.items() if one.node is not None}
    return method.choose(Asked(keys, kept, turns or {}, dice), candidates)


def _changes(
    picks: Mapping[str, Pick], lie: Mapping[str, rows.Lying], *, concern: str, at: datetime
) -> list[Change]:
    """The decisions with their reasons: why the old node lost the key, and why the new one got it."""
    if not picks:
        return []
    before = {key: (lie[key].node or "") if key in lie else "" for key in picks}
    left = {
        node.name: why_not(node, concern=concern, at=at)
        for node in Node.objects.filter(name__in=set(before.values()))
    }
    return [
        Change(key, before[key], pick.node, "; ".join(filter(None, (left.get(before[key]), pick.why))))
        for key, pick in picks.items()
    ]

"""How many keys change their node when one of eight is lost, and when one joins them."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random

from heliograph.fleet.placement.candidate import Candidate
from heliograph.fleet.placement.rendezvous import rendezvous
from heliograph.fleet.placement.strategies import STRATEGIES, Asked

NODES, KEYS, ROUNDS = 8, 1_000, 20
Chooses = Callable[[Sequence[str], Sequence[Candidate], Mapping[str, str]], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Moved:
    """Per cent of the keys that moved, and the fullest node over the mean, means of some rounds."""

    lost_pct: float
    joined_pct: float
    imbalance: float


def moved_by() -> dict[str, Moved]:
    """Ours and, for comparison, modulo, no bound, and `anew`: a bound, but nobody knows where keys lay."""
    ways: dict[str, Chooses] = {
        "modulo": _modulo,
        "rendezvous, unbounded": lambda keys, nodes, _: _bounded(keys, nodes, {}, bound=math.inf),
        "rendezvous, anew": lambda keys, nodes, _: _bounded(keys, nodes, {}),
        "rendezvous": _bounded,
    }
    for name in ("round_robin", "least_outstanding", "two_choices"):
        ways[name] = _each_time(name)
    return {name: _moved(choose) for name, choose in ways.items()}


def _moved(choose: Chooses) -> Moved:
    lost = joined = fullest = 0.0
    for number in range(ROUNDS):
        keys = [f"shard:{number * KEYS + key}" for key in range(KEYS)]
        nodes = [Candidate(f"node-{node}") for node in range(1, NODES + 1)]
        before = choose(keys, nodes, {})
        gone = [node for at, node in enumerate(nodes) if at != number % NODES]
        lost += _differ(before, choose(keys, gone, before))
        joined += _differ(before, choose(keys, [*nodes, Candidate(f"node-{NODES + 1}")], before))
        fullest += max(Counter(before.values()).values()) * NODES / KEYS
    return Moved(100 * lost / ROUNDS, 100 * joined / ROUNDS, fullest / ROUNDS)


def _differ(before: Mapping[str, str], after: Mapping[str, str]) -> float:
    return sum(after[key] != node for key, node in before.items()) / len(before)


def _modulo(keys: Sequence[str], nodes: Sequence[Candidate], _: Mapping[str, str]) -> dict[str, str]:
    hashes = {key: int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") for key in keys}
    return {key: nodes[hashes[key] % len(nodes)].name for key in keys}


def _bounded(
    keys: Sequence[str], nodes: Sequence[Candidate], kept: Mapping[str, str], *, bound: float = 1.10
) -> dict[str, str]:
    most = min(bound, float(len(nodes)))
    picks = rendezvous(keys, nodes, kept=kept, bound=most)
    return {**kept, **{key: pick.node for key, pick in picks.items()}}


def _each_time(name: str) -> Chooses:
    dice = Random(7)

    def choose(keys: Sequence[str], nodes: Sequence[Candidate], _: Mapping[str, str]) -> dict[str, str]:
        # The shards that are due come in another order each time.
        shuffled = dice.sample(list(keys), len(keys))
        picks = STRATEGIES[name].choose(Asked(shuffled, {}, {}, dice), nodes)
        return {key: pick.node for key, pick in picks.items()}

    return choose

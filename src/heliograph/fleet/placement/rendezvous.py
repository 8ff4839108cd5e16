"""Weighted rendezvous hashing with bounded load: keys stay where their state is warm, no node gets too much.

Each key ranks the nodes by a hash of both (Thaler and Ravishankar, 1998), with the weights as in
Schindelhauer and Schomaker, 2005: score = weight / -ln(hash). No node holds more than `BOUND` times its
fair share (the bound of Mirrokni, Thorup and Zadimoghaddam, 2016); who meets a full node goes on to the
next in its ranking, and a full node prefers the keys that score it highest (deferred acceptance, Gale and
Shapley, 1962), so that the order of the keys does not matter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from heapq import heappush, heappushpop
from math import ceil

import numpy as np
import numpy.typing as npt

from heliograph.fleet.placement.candidate import Candidate, Pick

# Measured best among 1.05 to 1.5: little moves, and the fullest node holds a tenth more than the mean.
BOUND = 1.10
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rankings:
    """How the keys see the nodes: `scores` is [keys, nodes], `order` the nodes of each key, best first."""

    names: list[str]
    scores: Scores
    order: npt.NDArray[np.int64]


def bounds(candidates: Sequence[Candidate], count: int, *, bound: float = BOUND) -> dict[str, int]:
    """How many of `count` keys each node may hold."""
    total = sum(candidate.weight for candidate in candidates)
    # Less a hair, since a product such as 1.1 x 10 lies just above the whole number that is meant.
    return {one.name: ceil(bound * count * one.weight / total - 1e-9) for one in candidates}


def rendezvous(
    keys: Sequence[str],
    candidates: Sequence[Candidate],
    *,
    kept: Mapping[str, str] | None = None,
    bound: float = BOUND,
) -> dict[str, Pick]:
    """A node for each key that has none, or whose node holds too much.

    `kept` says where keys lie now; those that may stay are not in the answer. Nodes that are no candidates
    keep nothing. Without `kept` the answer depends on the keys and the nodes alone.
    """
    most = bounds(candidates, len(keys), bound=bound)
    kept = {key: node for key in keys if (node := (kept or {}).get(key)) in most and node is not None}
    held = dict.fromkeys(most, 0)
    for node in kept.values():
        held[node] += 1
    if len(kept) == len(keys) and all(held[name] <= most[name] for name in most):
        return {}
    ranked = rank(keys, candidates)
    shed = set(_shed(keys, ranked, kept, most))
    for row in shed:
        held[kept[keys[row]]] -= 1
    homeless = [row for row, key in enumerate(keys) if key not in kept or row in shed]
    placed = _accept(homeless, ranked, {name: most[name] - held[name] for name in most})
    why = _Why(ranked, most, {keys[row]: kept[keys[row]] for row in shed})
    return {keys[row]: Pick(ranked.names[node], why.of(keys[row], row, node)) for row, node in placed.items()}


def rank(keys: Sequence[str], candidates: Sequence[Candidate]) -> Rankings:
    """The ranking of each key; it does not depend on the order of the candidates."""
    ordered = sorted(candidates, key=lambda candidate: candidate.name)
    mixed = _mixed(_hashes(keys)[:, None] ^ _hashes([one.name for one in ordered])[None, :])
    # 53 bits strictly between 0 and 1.
    uniform = ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    scores = np.array([one.weight for one in ordered]) / -np.log(uniform)
    return Rankings([one.name for one in ordered], scores, np.argsort(-scores, axis=1, kind="stable"))


def _shed(
    keys: Sequence[str], ranked: Rankings, kept: Mapping[str, str], most: Mapping[str, int]
) -> Iterator[int]:
    """Rows of the keys that full nodes give away: first those that rank it lowest."""
    here: dict[str, list[int]] = {name: [] for name in ranked.names}
    for row, key in enumerate(keys):
        if key in kept:
            here[kept[key]].append(row)
    for node, name in enumerate(ranked.names):
        rows = here[name]
        if len(rows) > most[name]:
            position = np.argmax(ranked.order[rows] == node, axis=1)
            worst_first = np.lexsort((ranked.scores[rows, node], -position))
            yield from (rows[at] for at in worst_first[: len(rows) - most[name]])


def _accept(rows: Sequence[int], ranked: Rankings, room: Mapping[str, int]) -> dict[int, int]:
    """The column of the node that each row gets; no more rows on a node than there is room."""
    accepted: list[list[tuple[float, int]]] = [[] for _ in ranked.names]
    asked = dict.fromkeys(rows, 0)
    waiting = list(rows)
    while waiting:
        row = waiting.pop()
        node = int(ranked.order[row, asked[row]])
        asked[row] += 1
        offer = (float(ranked.scores[row, node]), row)
        if len(accepted[node]) < room[ranked.names[node]]:
            heappush(accepted[node], offer)
        elif accepted[node]:
            waiting.append(heappushpop(accepted[node], offer)[1])
        else:
            waiting.append(row)
    return {row: node for node, offers in enumerate(accepted) for _, row in offers}


@dataclass(frozen=True, slots=True)
class _Why:
    """Says why: which nodes a key ranks higher but could not have."""

    ranked: Rankings
    most: Mapping[str, int]
    shed: Mapping[str, str]

    def of(self, key: str, row: int, node: int) -> str:
        name, count = self.ranked.names[node], len(self.ranked.names)
        place = int(np.argmax(self.ranked.order[row] == node))
        left = self.shed.get(key)
        full = f"{left} holds more than {self.most[left]:,}, the most that it may; " if left else ""
        if place == 0:
            return f"{full}{name} ranks first of {count} for it"
        first = self.ranked.names[int(self.ranked.order[row, 0])]
        return (
            f"{full}{first} ranks first of {count} for it but holds {self.most[first]:,} of at most "
            f"{self.most[first]:,}; {name} ranks {_ordinal(place + 1)}"
        )


def _ordinal(number: int) -> str:
    words = ("first", "second", "third")
    return words[number - 1] if number <= len(words) else f"{number}th"


def _hashes(names: Sequence[str]) -> npt.NDArray[np.uint64]:
    digests = b"".join(blake2b(name.encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _mixed(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spreads a change of any bit over all of them: the finaliser of splitmix64 (Steele and others, 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))

"""Power of two choices: two nodes are drawn, the less loaded one gets it (Mitzenmacher, 2001).

As good as knowing all nodes almost everywhere, and figures that are a little old send no herd to one node.
"""

from collections.abc import Callable, Sequence
from random import Random

from heliograph.fleet.placement.candidate import Candidate, Pick, Turns, counted


def draw_two(candidates: Sequence[Candidate], dice: Random) -> tuple[Candidate, Candidate]:
    """Two different nodes, by weight; the same one twice where there is only one."""
    first = _draw(candidates, dice)
    others = [candidate for candidate in candidates if candidate is not first]
    return (first, _draw(others, dice)) if others else (first, first)


def better(first: Candidate, second: Candidate, cost: Callable[[Candidate], float]) -> Candidate:
    """The cheaper of two; the first one where they cost the same."""
    return second if cost(second) < cost(first) else first


def two_choices(candidates: Sequence[Candidate], _: Turns, dice: Random) -> Pick:
    """The less loaded of two that were drawn."""
    first, second = draw_two(candidates, dice)
    chosen = better(first, second, lambda candidate: candidate.load)
    if first is second:
        return Pick(chosen.name, f"{chosen.name} is the only one")
    other = second if chosen is first else first
    why = (
        f"{chosen.name} and {other.name} were drawn; they hold "
        f"{chosen.outstanding:,} and {counted(other.outstanding, 'piece')} of work"
    )
    return Pick(chosen.name, why)


def _draw(candidates: Sequence[Candidate], dice: Random) -> Candidate:
    return dice.choices(candidates, [candidate.weight for candidate in candidates])[0]

"""Smooth weighted round robin, as in nginx (`ngx_http_upstream_round_robin.c`, commit 52327e0, 2012).

At each choice every node gains its weight; the one with the most is chosen and pays the sum of all weights.
So 5, 1, 1 gives a a b a c a a, and not five in a row.
"""

from collections.abc import Sequence
from random import Random

from heliograph.fleet.placement.candidate import Candidate, Pick, Turns


def smooth_weighted(candidates: Sequence[Candidate], turns: Turns, _: Random) -> Pick:
    """The node with the most credit. A newcomer begins with none; the credit of one that left is gone."""
    total = sum(candidate.weight for candidate in candidates)
    credit = {candidate.name: turns.get(candidate.name, 0.0) + candidate.weight for candidate in candidates}
    chosen = max(candidates, key=lambda candidate: credit[candidate.name])
    credit[chosen.name] -= total
    why = f"it is the turn of {chosen.name}, which gets {chosen.weight:g} of every {total:g}"
    return Pick(chosen.name, why, credit)

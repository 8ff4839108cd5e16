"""Round robin: one after the other, by name; the oldest of all, and blind to what the nodes can do."""

from collections.abc import Sequence
from random import Random

from heliograph.fleet.placement.candidate import Candidate, Pick, Turns


def round_robin(candidates: Sequence[Candidate], turns: Turns, _: Random) -> Pick:
    """The node behind the one that was chosen last; that one need not be there any more."""
    names = sorted(candidate.name for candidate in candidates)
    last = next(iter(turns), None)
    chosen = next((name for name in names if last is not None and name > last), names[0])
    why = f"it is the turn of {chosen}" + (f" after {last}" if last else "")
    return Pick(chosen, why, {chosen: 1.0})

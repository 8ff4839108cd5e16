"""Least outstanding: the node that holds the least work for its weight (`least_conn` of nginx)."""

from collections.abc import Sequence
from random import Random

from heliograph.fleet.placement.candidate import Candidate, Pick, Turns, counted


def least_outstanding(candidates: Sequence[Candidate], _: Turns, dice: Random) -> Pick:
    """The least loaded of all; among equals the dice decide."""
    least = min(candidate.load for candidate in candidates)
    chosen = dice.choice([candidate for candidate in candidates if candidate.load == least])
    held = counted(chosen.outstanding, "piece")
    return Pick(
        chosen.name, f"{chosen.name} holds {held} of work, the least of {len(candidates)} for its weight"
    )

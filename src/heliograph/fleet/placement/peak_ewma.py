"""Peak-EWMA: of two drawn nodes the one where work should end first (`PeakEwma.scala` of Twitter's Finagle).

The cost of a node is its latency times the work that it would hold. The latency is a moving average that
jumps up to a peak at once, comes down slowly, and decays while nothing is heard: so a node that was slow is
tried again.
"""

from collections.abc import Sequence
from math import exp
from random import Random

from heliograph.fleet.placement.candidate import Candidate, Pick, Turns
from heliograph.fleet.placement.two_choices import better, draw_two

DECAY_SECONDS = 10.0
# Of a node that holds work and has not finished any: more than any latency, so that it is not flooded
# before anything is known of it. One that holds nothing costs nothing: it is asked once. Finagle's
# Long.MaxValue >> 16.
PENALTY_MS = float(2**47) / 1e6


def cost(candidate: Candidate) -> float:
    """Milliseconds until one more piece of work would end there, by what is known."""
    if candidate.latency_ms is None:
        return PENALTY_MS + candidate.outstanding if candidate.outstanding else 0.0
    decayed = candidate.latency_ms * exp(-max(candidate.age_s, 0.0) / DECAY_SECONDS)
    return decayed * candidate.load


def peak_ewma(candidates: Sequence[Candidate], _: Turns, dice: Random) -> Pick:
    """The cheaper of two that were drawn."""
    first, second = draw_two(candidates, dice)
    chosen = better(first, second, cost)
    if first is second:
        return Pick(chosen.name, f"{chosen.name} is the only one")
    other = second if chosen is first else first
    said = f"{chosen.name} {_said(chosen)}, {other.name} {_said(other)}"
    return Pick(chosen.name, f"of the two drawn, {said}")


def _said(candidate: Candidate) -> str:
    if candidate.latency_ms is None:
        return f"has finished nothing yet and holds {candidate.outstanding:,}"
    return f"should take {cost(candidate):,.1f} ms"

"""What a strategy sees of a node, and what it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

# What a strategy remembers between two choices: a number for each node.
Turns = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node that may be chosen. `outstanding` are the pieces of work that it holds.

    `latency_ms` is a moving average measured `age_s` seconds ago, None where nothing was measured.
    """

    name: str
    weight: float = 1.0
    outstanding: int = 0
    latency_ms: float | None = None
    age_s: float = 0.0

    @property
    def load(self) -> float:
        """Pieces of work for each unit of weight, if one more came."""
        return (self.outstanding + 1) / self.weight


@dataclass(frozen=True, slots=True)
class Pick:
    """The node that was chosen, why, and what to remember for the next choice."""

    node: str
    why: str
    turns: Turns = field(default_factory=dict)


# Chooses one of several; what was remembered and the dice are handed in, so that a choice can be repeated.
Picker = Callable[[Sequence[Candidate], Turns, Random], Pick]


def counted(number: int, thing: str) -> str:
    """`1 piece`, `3 pieces`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"

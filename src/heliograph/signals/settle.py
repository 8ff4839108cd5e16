"""Finishes what waits for finer data or for an instrument that is delisted."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What a call of `settle` stored."""

    settled: int = 0
    unresolved: int = 0
    still_waiting: int = 0


def settle(*, at: datetime) -> Settled:
    """Settles signals whose finer data have come (or are no longer awaited), and ends those of delisted
    instruments.

    A delisted instrument's open signals end `unresolved`, without a price. All other outcomes are written by
    `generate` as the bars come.
    """
    raise NotImplementedError

"""What a call of `generate` reports."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Generated:
    """What was stored.

    `late_data` counts candidates that were first seen when late or corrected candles came, `revised` outcomes
    that would now differ, `waiting` instruments that stand before a bar that is awaited, or for finer data.
    """

    shards: int = 0
    evaluations: int = 0
    bars: int = 0
    published: int = 0
    rejected: int = 0
    settled: int = 0
    passed_over: int = 0
    late_data: int = 0
    revised: int = 0
    waiting: int = 0
    postponed: int = 0

    def __add__(self, other: "Generated") -> "Generated":
        return Generated(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

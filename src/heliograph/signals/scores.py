"""How the published signals of strategy versions ended, with intervals."""

from dataclasses import dataclass
from datetime import datetime

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean or share with its 95 % interval and the number that it rests on.

    None where it cannot be known.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """The scoreboard of one version.

    A hit is a settled signal with a return above zero after costs. `mean_r` rests on the settled signals that
    have an R, that is a stop.
    """

    version_id: int
    strategy: str
    number: int
    stage: str
    timeframe: str
    created_at: datetime
    published: int
    rejected: int
    open: int
    settled: int
    missed: int
    unresolved: int
    hit_rate: Estimate
    mean_r: Estimate
    mean_return_pct: Estimate
    newest_signal: datetime | None

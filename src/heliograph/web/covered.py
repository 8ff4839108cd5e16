"""The coverage of one series as a page shows it: a strip of its time, and its gaps."""

from dataclasses import dataclass
from datetime import UTC, datetime

from heliograph.market.coverage import Coverage, Gap

NAMED = 12


@dataclass(frozen=True, slots=True)
class GapLine:
    """A gap; `x` and `width` are percent of the strip."""

    first: datetime
    last: datetime
    bars: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Covered:
    """`newest` holds the last few gaps, the newest first; `gaps` all of them."""

    calendar: str
    expected: int
    missing: int
    share_pct: float | None
    gaps: tuple[GapLine, ...]

    @property
    def newest(self) -> tuple[GapLine, ...]:
        """The gaps to name."""
        return tuple(reversed(self.gaps[-NAMED:]))

    @property
    def more(self) -> int:
        """How many are not named."""
        return len(self.gaps) - len(self.newest)


def covered(found: Coverage) -> Covered:
    """From what the market counted."""
    return Covered(
        calendar=found.calendar,
        expected=found.expected,
        missing=found.missing,
        share_pct=None if found.share is None else found.share * 100,
        gaps=tuple(_line(gap, found) for gap in found.gaps),
    )


def _line(gap: Gap, found: Coverage) -> GapLine:
    span = max(found.last - found.first, 1)
    return GapLine(
        first=datetime.fromtimestamp(gap.first / 1000, UTC),
        last=datetime.fromtimestamp(gap.last / 1000, UTC),
        bars=gap.bars,
        x=round((gap.first - found.first) / span * 100, 2),
        width=max(round((gap.last - gap.first) / span * 100, 2), 0.4),
    )

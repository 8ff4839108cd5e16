"""From counts to parts and a score."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

# So much of the score is each part that is known.
WEIGHTS: Mapping[str, float] = {
    "completeness": 0.4,
    "freshness": 0.2,
    "gaps": 0.1,
    "revisions": 0.1,
    "plausibility": 0.15,
    "duplicates": 0.05,
}
# Such a share of bad bars, or so many gaps on a day of a series, and a part is worth nothing.
MOST_BAD, MOST_GAPS = 0.1, 6
REASONS: Mapping[str, str] = {
    "completeness": "the calendar expects no bar",
    "freshness": "no bar came as it closed: freshness is that of exchanges",
    "gaps": "the calendar expects no bar",
    "revisions": "no bar is stored",
    "plausibility": "no bar is stored",
    "duplicates": "no bar is stored",
}


@dataclass(frozen=True, slots=True)
class QualityCounts:
    """Days of series, added up; see `measure.Counts`."""

    days: int = 0
    expected: int = 0
    stored: int = 0
    gaps: int = 0
    timed: int = 0
    timely: int = 0
    revised: int = 0
    judged: int = 0
    implausible: int = 0
    duplicates: float = 0.0

    def __add__(self, other: "QualityCounts") -> "QualityCounts":
        return QualityCounts(*(getattr(self, one) + getattr(other, one) for one in NAMES))

    @property
    def parts(self) -> Mapping[str, float | None]:
        """Each 0 to 1; None where there is nothing to judge by."""
        return {
            "completeness": min(self.stored / self.expected, 1.0) if self.expected else None,
            "freshness": self.timely / self.timed if self.timed else None,
            "gaps": 1 - min(self.gaps / self.days / MOST_GAPS, 1.0) if self.expected else None,
            "revisions": _of_bad(self.revised, self.stored),
            "plausibility": _of_bad(self.implausible, self.judged),
            "duplicates": _of_bad(self.duplicates, self.stored),
        }

    @property
    def score(self) -> float | None:
        """0 to 100: the mean of the known parts by their weights; None where none is known."""
        known = {name: value for name, value in self.parts.items() if value is not None}
        weight = sum(WEIGHTS[name] for name in known)
        return 100 * sum(WEIGHTS[name] * value for name, value in known.items()) / weight if weight else None


NAMES = [field.name for field in fields(QualityCounts)]


def _of_bad(count: float, bars: int) -> float | None:
    return 1 - min(count / bars / MOST_BAD, 1.0) if bars else None

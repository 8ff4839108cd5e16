"""How complete and how sound the candles of the period are, from the counts that are kept by days."""

from datetime import timedelta

from heliograph.reports.document import Column, Figure, Section, Table, known_or
from heliograph.reports.periods import Period
from heliograph.reports.quality.groupings import By
from heliograph.reports.quality.queries import QualityAnswer, QualityAsked, quality
from heliograph.reports.quality.score import REASONS, WEIGHTS

WORST = 20
NOT_KEPT = "the quality of that time was not kept"
LABELS = {
    "completeness": "Expected bars that are stored",
    "freshness": "Bars that came soon after their close",
    "gaps": "Freedom from gaps",
    "revisions": "Freedom from corrections",
    "plausibility": "Freedom from implausible bars",
    "duplicates": "Freedom from repeated rows",
}
GROUP = (
    Column("score", "Score", "score"),
    *(Column(name, name.capitalize(), "share") for name in WEIGHTS),
    Column("expected", "Expected", "count"),
    Column("stored", "Stored", "count"),
)


def quality_section(period: Period) -> Section:
    """The score with its parts, by venue, by day, and the worst series; of the UTC days that the period
    touches."""
    now, then = _asked(period), _asked(period.previous)
    of_venues, before = quality(now, by=By.VENUE), quality(then, by=By.VENUE)
    if not of_venues.groups:
        return Section("Data quality", reason=NOT_KEPT)
    return Section(
        "Data quality",
        figures=_figures(of_venues, before),
        tables={
            "by_day": _table("By day", "Day", quality(now, by=By.DAY), chart=True),
            "by_venue": _table("By venue", "Venue", of_venues),
            "worst": _table("The worst series", "Series", quality(now, by=By.SERIES)),
        },
    )


def _asked(period: Period) -> QualityAsked:
    return QualityAsked(period.since.date(), (period.until - timedelta(microseconds=1)).date())


def _figures(now: QualityAnswer, then: QualityAnswer) -> dict[str, Figure]:
    one, other = now.total, then.total
    score = {"score": known_or("Score, 0 to 100", "score", one.score, other.score, NOT_KEPT)}
    parts = {
        name: known_or(label, "share", one.parts[name], other.parts[name], REASONS[name])
        for name, label in LABELS.items()
    }
    return score | parts


def _table(title: str, label: str, found: QualityAnswer, *, chart: bool = False) -> Table:
    groups = found.groups if chart else found.groups[:WORST]
    rows = [
        (one.name, one.score, *one.parts.values(), one.counts.expected, one.counts.stored) for one in groups
    ]
    left = len(found.groups) - len(rows)
    note = f"{left:,} that are better are left out." if left else None
    # Days are drawn as the health is: by their begin and their mean.
    first = Column("begin" if chart else "name", label, "text")
    score = Column("mean" if chart else "score", "Score", "score")
    columns = (first, score, *GROUP[1:])
    return Table(title, columns, rows, note=note, chart="course" if chart else "")

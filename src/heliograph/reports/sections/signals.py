"""What was published and rejected, and why; signals count by the open of their bar."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from heliograph.kit.replica import reading
from heliograph.reports.document import Column, Section, Table, count
from heliograph.reports.periods import Period
from heliograph.signals.models import Outcome, StrategyVersion
from heliograph.signals.queries import Hidden, seen

COUNTED = """
SELECT s.version_id, s.state, s.reason, count(*), count(*) FILTER (WHERE s.historical),
       count(*) FILTER (WHERE s.late), count(*) FILTER (WHERE o.state = 'missed')
FROM signals_signal AS s
JOIN signals_strategyversion AS v ON v.id = s.version_id
LEFT JOIN signals_outcome AS o ON o.signal_id = s.id
WHERE s.bar_time >= %(since)s AND s.bar_time < %(until)s AND NOT v.strategy_id = ANY (%(hidden)s::bigint[])
GROUP BY 1, 2, 3
"""
VERSION = Column("version", "Version", "text")


@dataclass(slots=True)
class Counts:
    """Signals of a period, added up."""

    published: int = 0
    rejected: int = 0
    historical: int = 0
    late: int = 0
    missed: int = 0
    by_version: dict[int, Counter[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)


def signals_section(period: Period, hidden: Hidden) -> Section:
    """Counts beside those of the period before, by version, and by reason of rejection."""
    now, then = counted(period, hidden), counted(period.previous, hidden)
    return Section(
        "Signals",
        figures={
            "published": count("Published", now.published, then.published),
            "rejected": count("Rejected", now.rejected, then.rejected),
            "missed": count("Missed", now.missed, then.missed),
            "late": count("Found too late to announce", now.late, then.late),
            "historical": count("From before their version was active", now.historical, then.historical),
            "open_at_end": count(
                "Open at the end", open_at_end(period, hidden), open_at_end(period.previous, hidden)
            ),
        },
        tables={"by_version": _by_version(now), "rejections": _rejections(now, then)},
    )


def counted(period: Period, hidden: Hidden) -> Counts:
    """The signals whose bar opened in the period. One statement."""
    counts = Counts()
    with reading().cursor() as cursor:
        cursor.execute(COUNTED, {"since": period.since, "until": period.until, "hidden": list(hidden)})
        rows = cursor.fetchall()
    for version, state, reason, number, historical, late, missed in rows:
        if state == "published":
            counts.published += number
        else:
            counts.rejected += number
            counts.reasons[reason] += number
        counts.by_version.setdefault(version, Counter())[state] += number
        counts.historical, counts.late = counts.historical + historical, counts.late + late
        counts.missed += missed
    return counts


def open_at_end(period: Period, hidden: Hidden) -> int:
    """Published signals of before the end of the period that had not ended by then."""
    rows = Outcome.objects.filter(
        seen(hidden, "signal__version__strategy"),
        Q(state__in=Outcome.RUNNING) | Q(state=Outcome.State.SETTLED, exit_time__gte=period.until),
        bar_time__lt=period.until,
    )
    return rows.count()


def version_names(versions: Mapping[int, object]) -> dict[int, str]:
    """How people call these versions."""
    rows = StrategyVersion.objects.select_related("strategy").filter(pk__in=versions)
    return {version.pk: str(version) for version in rows}


def _by_version(now: Counts) -> Table:
    names = version_names(now.by_version)
    rows = [
        (names[version], counted["published"], counted["rejected"])
        for version, counted in sorted(now.by_version.items(), key=lambda one: names[one[0]])
    ]
    return Table(
        "By version",
        (VERSION, Column("published", "Published", "count"), Column("rejected", "Rejected", "count")),
        rows,
        note=None if rows else "No bar of the period gave a candidate.",
    )


def _rejections(now: Counts, then: Counts) -> Table:
    rows = [
        (reason.replace("_", " "), number, then.reasons[reason])
        for reason, number in sorted(now.reasons.items(), key=lambda one: (-one[1], one[0]))
    ]
    return Table(
        "Why candidates were rejected",
        (
            Column("reason", "Reason", "text"),
            Column("rejected", "Rejected", "count"),
            Column("previous", "Before", "count"),
        ),
        rows,
        note=None if rows else "None was rejected.",
    )

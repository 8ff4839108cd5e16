"""Adds up the signals that ended in a period, from the rows: a period may begin at any hour."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from heliograph.kit.replica import reading
from heliograph.reports.periods import Period
from heliograph.reports.sums import COLUMNS, R_BINS, Day, Sums, typed_sums
from heliograph.signals.queries import Hidden

# What groups are told apart by.
ALL, VERSION, INSTRUMENT, SIDE, CONFIDENCE = "''", "m.version_id", "m.instrument_id", "m.side", "m.confidence"
EXIT = "o.exit_reason"
FROM = """
FROM reports_settled AS m
JOIN signals_strategyversion AS v ON v.id = m.version_id
{more}
WHERE m.exit_time >= %(since)s AND m.exit_time < %(until)s
  AND NOT v.strategy_id = ANY (%(hidden)s::bigint[])
GROUP BY 1 ORDER BY 1
"""
OUTCOMES = "JOIN signals_outcome AS o ON o.signal_id = m.signal_id"
DAYS = "number", "with_r", "with_pct", "r", "pct"


def sums_of(period: Period, hidden: Hidden, *, by: str = ALL) -> dict[int | str, Sums]:
    """The sums of each group of the signals whose exit bar opened in the period. One statement."""
    names = [*COLUMNS, *R_BINS]
    return {row[0]: typed_sums(row[1:]) for row in _ask(period, hidden, by, names)}


def course_of(period: Period, hidden: Hidden, unit: str) -> list[tuple[datetime, Day]]:
    """What ended in each hour or day of the period's zone in which something did, with its begin in UTC."""
    rows = _ask(period, hidden, "date_trunc(%(unit)s, m.exit_time, %(zone)s)", DAYS, unit=unit)
    zone = ZoneInfo(period.zone)
    return [(row[0], Day("", row[0].astimezone(zone).date(), *map(int, row[1:4]), *row[4:])) for row in rows]


def _ask(
    period: Period, hidden: Hidden, by: str, names: Sequence[str], *, unit: str = "day"
) -> list[tuple[object, ...]]:
    sums = ", ".join(f"sum(m.{name})" for name in names)
    more = OUTCOMES if by == EXIT else ""
    facts = {
        "since": period.since,
        "until": period.until,
        "hidden": list(hidden),
        "zone": period.zone,
        "unit": unit,
    }
    with reading().cursor() as cursor:
        cursor.execute(f"SELECT {by}, {sums} {FROM.format(more=more)}", facts)
        return cursor.fetchall()

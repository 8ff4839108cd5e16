"""Where measures are heading, and what to do: what the monitor says of it."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Q

from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.advice.queries import visible_to
from heliograph.monitor.forecasts.queries import Foreseen, Trended, list_trends, newest_forecasts
from heliograph.monitor.forecasts.slope import COVERAGE
from heliograph.reports.document import Cell, Column, Section, Table, count, iso
from heliograph.reports.periods import Period
from heliograph.signals.queries import Hidden

# Trends are looked at once in a while, and kept as they are now: others say nothing of the period.
NEAR = timedelta(days=1)
MOST = 40
NO_FORECASTS = "no forecast was made until the end of the period"
FORECASTS = (
    Column("what", "What", "text"),
    Column("kind", "Kind", "text"),
    Column("made_at", "Made at (UTC)", "time"),
    Column("low", "Low", "ratio"),
    Column("mean", "Expected", "ratio"),
    Column("high", "High", "ratio"),
    Column("full", "Full by (UTC)", "time"),
    Column("reason", "Why not", "text"),
)
TRENDS = (
    Column("what", "What", "text"),
    Column("slope", "Change in a day", "ratio"),
    Column("low", f"{100 * COVERAGE:.0f} % from", "ratio"),
    Column("high", "to", "ratio"),
    Column("shifts", "Shifts of level", "count"),
)
ADVICE = (
    Column("title", "What", "text"),
    Column("why", "Why", "text"),
    Column("opened_at", "Found at (UTC)", "time"),
    Column("state", "State", "text"),
)


def trends_section(period: Period, hidden: Hidden) -> Section:
    """The newest forecasts of before the end of the period, and how measures went."""
    forecasts = newest_forecasts(at=period.until, hidden=hidden)
    if not forecasts:
        return Section("Trends", reason=NO_FORECASTS)
    near = [one for one in list_trends() if abs(one.row.made_at - period.until) <= NEAR]
    moving = [one for one in near if _moves(one)]
    note = None if moving else "No measure has a slope or a shift of level that stands out."
    return Section(
        "Trends",
        tables={
            "forecasts": Table("Forecasts", FORECASTS, [_forecast(one) for one in forecasts[:MOST]]),
            "trends": Table(
                "Measures that move",
                TRENDS,
                [_trend(one) for one in moving[:MOST]],
                note=note if near else "How measures went about that time is not kept.",
            ),
        },
    )


def recommendations_section(period: Period, hidden: Hidden) -> Section:
    """What was recommended in the period, or before it and still stood. What names a channel is left out, as
    it is not for all who may read the report.
    """
    rows = visible_to(hidden=hidden, audiences=()).filter(opened_at__lt=period.until)
    found = list(rows.filter(_stood_at(period)).order_by("-opened_at", "-pk"))
    then = rows.filter(_stood_at(period.previous), opened_at__lt=period.since).count()
    lines = [(one.title, one.why, iso(one.opened_at), one.state) for one in found[:MOST]]
    return Section(
        "Recommendations",
        figures={"standing": count("Recommendations that stood", len(found), then)},
        tables={
            "recommendations": Table(
                "Recommendations", ADVICE, lines, note=None if lines else "Nothing was recommended."
            )
        },
    )


def _stood_at(period: Period) -> Q:
    """Those that nobody had answered, and that were still found, when the period began."""
    is_open = Q(state=Recommendation.State.OPEN)
    return is_open | Q(answered_at__gte=period.since) | Q(answered_at=None, seen_at__gte=period.since)


def _forecast(one: Foreseen) -> tuple[Cell, ...]:
    row = one.row
    last = (row.low[-1], row.mean[-1], row.high[-1]) if row.mean else (None, None, None)
    full = None if row.full_mean is None else iso(row.full_mean)
    return _name(row.name, row.labels), row.kind, iso(row.made_at), *last, full, row.reason or None


def _moves(one: Trended) -> bool:
    row = one.row
    if row.slope_low is None or row.slope_high is None:
        return bool(row.shifts)
    return row.slope_low > 0 or row.slope_high < 0 or bool(row.shifts)


def _trend(one: Trended) -> tuple[Cell, ...]:
    row = one.row
    return _name(one.name, one.labels), row.slope_day, row.slope_low, row.slope_high, len(row.shifts)


def _name(name: str, labels: Mapping[str, str]) -> str:
    return " ".join([name, *filter(None, map(str, labels.values()))])

"""Where measures are heading, and what to do: what the monitor says of it."""

import math
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.advice.queries import visible_to
from heliograph.monitor.forecasts.history import histories
from heliograph.monitor.forecasts.queries import Foreseen, newest_forecasts
from heliograph.monitor.forecasts.shifts import level_shifts
from heliograph.monitor.forecasts.slope import COVERAGE, slope_of
from heliograph.monitor.forecasts.targets import EXPECTANCY
from heliograph.monitor.models import Series
from heliograph.monitor.naming import read_in, title_of
from heliograph.reports.document import Cell, Column, Section, Table, count, iso
from heliograph.reports.periods import Period
from heliograph.signals.queries import Hidden

MOST = 40
R = "R"
# So many series are looked at, the oldest first, so that those that come later change no report.
MOST_SERIES = 1_000
NONE_MOVES = "No measure has a slope or a shift of level that stands out."
NO_FORECASTS = "no forecast was made until the end of the period"
FORECASTS = (
    Column("what", "What", "text"),
    Column("kind", "Kind", "text"),
    Column("made_at", "Made at (UTC)", "time"),
    Column("unit", "Unit", "text"),
    Column("low", "Low", "ratio"),
    Column("mean", "Expected", "ratio"),
    Column("high", "High", "ratio"),
    Column("full", "Full by (UTC)", "time"),
    Column("reason", "Why not", "text"),
)
TRENDS = (
    Column("what", "What", "text"),
    Column("unit", "Unit", "text"),
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
    moving = list(_moving(at=period.until))
    if not forecasts and not moving:
        return Section("Trends", reason=NO_FORECASTS)
    foreseen, moved = _left_out(len(forecasts)), _left_out(len(moving))
    return Section(
        "Trends",
        tables={
            "forecasts": Table(
                "Forecasts, at their last step",
                FORECASTS,
                [_forecast(one) for one in forecasts[:MOST]],
                note=foreseen if forecasts else f"{NO_FORECASTS.capitalize()}.",
            ),
            "trends": Table(
                "Measures that move", TRENDS, moving[:MOST], note=moved if moving else NONE_MOVES
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
    lines = [(one.title, one.why, iso(one.opened_at), _state(one, period.until)) for one in found[:MOST]]
    return Section(
        "Recommendations",
        figures={"standing": count("Recommendations that stood", len(found), then)},
        tables={
            "recommendations": Table(
                "Recommendations",
                ADVICE,
                lines,
                note=_left_out(len(found)) if lines else "Nothing was recommended.",
            )
        },
    )


def _stood_at(period: Period) -> Q:
    """Those that nobody had answered, and that were still found, when the period began."""
    is_open = Q(state=Recommendation.State.OPEN)
    return is_open | Q(answered_at__gte=period.since) | Q(answered_at=None, seen_at__gte=period.since)


def _state(one: Recommendation, until: datetime) -> str:
    """As it was at the end of the period: what was answered or was over later stood then."""
    ended = one.answered_at or one.seen_at
    return Recommendation.State.OPEN.value if ended >= until else one.state


def _forecast(one: Foreseen) -> tuple[Cell, ...]:
    row = one.row
    what = title_of(row.name, row.labels)
    if row.strategy and row.version:
        what = f"{what} of {row.strategy.name} v{row.version.number}"
    unit, size = (R, 1.0) if row.name == EXPECTANCY else read_in(row.name)
    last = (row.low[-1], row.mean[-1], row.high[-1]) if row.mean else (None, None, None)
    ends = (None if end is None else end / size for end in last)
    full = None if row.full_mean is None else iso(row.full_mean)
    return what, row.kind, iso(row.made_at), unit, *ends, full, row.reason or None


def _moving(*, at: datetime) -> Iterator[tuple[Cell, ...]]:
    """The measures whose slope or level stands out, from the hours that are kept of the weeks before.

    The newest looks of the monitor are of now; these are of the end of the period, whenever it is asked.
    """
    of_values = Series.objects.exclude(name__endswith="_total").order_by("pk")[:MOST_SERIES]
    named = {one.pk: (title_of(one.name, one.labels), *read_in(one.name)) for one in of_values}
    known = histories(list(named), at=at)
    for number, (name, unit, size) in sorted(named.items(), key=lambda one: (one[1][0], one[0])):
        past = known.get(number)
        if past is None or past.stale(at=at):
            continue
        slope = slope_of(past.values)
        shifts = [] if slope is None else level_shifts(past.values)
        if slope is not None and (slope.low > 0 or slope.high < 0 or shifts):
            # One that never moved has a slope that is known exactly.
            ends = [end if math.isfinite(end) else slope.day for end in (slope.low, slope.high)]
            yield name, unit, *(value / size for value in (slope.day, *ends)), len(shifts)


def _left_out(number: int) -> str | None:
    return f"The first {MOST} of {number:,}." if number > MOST else None

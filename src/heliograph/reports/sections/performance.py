"""What the signals that ended in the period were worth, by the figures that the analytics have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from heliograph.engine.performance.calibration import Calibration
from heliograph.engine.performance.distribution import R_EDGES
from heliograph.market.models import Instrument
from heliograph.reports.analytics import calibration_of
from heliograph.reports.document import Column, Figure, Section, Table, count, estimated, iso, known_or
from heliograph.reports.figures import Figures, figures
from heliograph.reports.of_period import CONFIDENCE, EXIT, INSTRUMENT, SIDE, VERSION, course_of, sums_of
from heliograph.reports.periods import Period
from heliograph.reports.sections.signals import version_names
from heliograph.reports.sums import Day, Sums
from heliograph.signals.queries import Hidden

# So many instruments stand in the table: the best and the worst by their sum of R.
MOST = 20
NONE_SETTLED = "no signal settled in the period"
NO_STOP = "none that settled has an R, that is a stop"
NO_RETURN = "none that settled has a return"
NO_LOSS = "nothing was lost"
SHORT = "the period has fewer than three days"
LEAST_DAYS = 3


@dataclass(frozen=True, slots=True)
class Worth:
    """The signals that ended in one period."""

    figures: Figures
    calibration: Calibration
    course: Sequence[tuple[datetime, Day]]


def worth(period: Period, hidden: Hidden) -> Worth:
    """Three statements."""
    bins = sums_of(period, hidden, by=CONFIDENCE)
    total = sum(bins.values(), Sums())
    days = [day for _, day in course_of(period, hidden, "day")]
    found = figures(total, days if _has_series(period) else None)
    course = course_of(period, hidden, period.unit)
    return Worth(found, calibration_of(bins), course)


def performance_section(period: Period, hidden: Hidden) -> Section:
    """Figures beside those of the period before, their course, and groups."""
    now, then = worth(period, hidden), worth(period.previous, hidden)
    return Section(
        "Performance",
        figures={**_results(now, then), **_series(now, then), **_others(now, then)},
        tables={
            "curve": _curve(now, period.unit),
            "spread_r": spread_table(now.figures),
            "by_version": _by_version(period, hidden),
            "by_instrument": _by_instrument(period, hidden),
            "by_side": _named(period, hidden, SIDE, "By side", Column("side", "Side", "text")),
            "by_exit": _named(period, hidden, EXIT, "By exit", Column("exit", "Left by", "text")),
            "confidence": confidence_table(now.calibration),
        },
    )


def _has_series(period: Period) -> bool:
    return (period.until - period.since).days >= LEAST_DAYS


def _results(now: Worth, then: Worth) -> dict[str, Figure]:
    one, other = now.figures, then.figures
    return {
        "settled": count("Settled", one.signals, other.signals),
        "hit_rate": estimated("Hit rate", "share", one.hit_rate, other.hit_rate, _why(one, NO_RETURN)),
        "mean_r": estimated("Mean R", "r", one.r.expectancy, other.r.expectancy, _why(one, NO_STOP)),
        "mean_pct": estimated(
            "Mean return", "pct", one.pct.expectancy, other.pct.expectancy, _why(one, NO_RETURN)
        ),
        "total_r": known_or("Sum of R", "r", one.r.total, other.r.total, _why(one, NO_STOP)),
        "total_pct": known_or("Sum of returns", "pct", one.pct.total, other.pct.total, _why(one, NO_RETURN)),
        "profit_factor": known_or(
            "Profit factor", "ratio", one.pct.profit_factor, other.pct.profit_factor, _why(one, NO_LOSS)
        ),
    }


def _series(now: Worth, then: Worth) -> dict[str, Figure]:
    one, other = now.figures.pct.series, then.figures.pct.series
    wanted = (
        ("max_drawdown_pct", "Deepest fall of the sum", "loss", "max_drawdown"),
        ("sharpe", "Sharpe ratio of days", "ratio", "sharpe"),
        ("sortino", "Sortino ratio of days", "ratio", "sortino"),
        ("calmar", "Calmar ratio", "ratio", "calmar"),
        ("value_at_risk_pct", "Value at risk of a day, 95 %", "loss", "value_at_risk"),
        ("expected_shortfall_pct", "Expected shortfall of a day, 95 %", "loss", "expected_shortfall"),
    )
    found = {}
    for name, label, unit, measure in wanted:
        value = None if one is None else getattr(one, measure)
        before = None if other is None else getattr(other, measure)
        reason = _why(now.figures, "the days give nothing to divide by" if one else SHORT)
        found[name] = known_or(label, unit, value, before, reason)
    return found


def _others(now: Worth, then: Worth) -> dict[str, Figure]:
    one, other = now.figures, then.figures
    no_confidence = _why(one, "none that settled has a confidence from 0 to 1")
    return {
        "mfe_r": known_or("Mean best excursion", "r", one.mfe_r, other.mfe_r, _why(one, NO_STOP)),
        "mae_r": known_or("Mean worst excursion", "r", one.mae_r, other.mae_r, _why(one, NO_STOP)),
        "hours_held": known_or(
            "Mean time held", "hours", one.hours_held, other.hours_held, _why(one, "no entry is known")
        ),
        "brier": known_or("Brier score", "ratio", one.brier, other.brier, no_confidence),
        "calibration_error": known_or(
            "Expected calibration error", "ratio", now.calibration.ece, then.calibration.ece, no_confidence
        ),
    }


def _why(found: Figures, reason: str) -> str:
    return reason if found.signals else NONE_SETTLED


def _curve(now: Worth, unit: str) -> Table:
    rows, r, pct = [], 0.0, 0.0
    for begin, one in now.course:
        r, pct = r + one.r, pct + one.pct
        own = (one.r if one.with_r else None, one.pct if one.with_pct else None)
        rows.append((iso(begin), one.number, *own, r, pct))
    columns = (
        Column("begin", f"{unit.capitalize()} from (UTC)", "time"),
        Column("settled", "Settled", "count"),
        Column("r", "R", "r"),
        Column("pct", "Return", "pct"),
        Column("sum_r", "Sum of R", "r"),
        Column("sum_pct", "Sum of returns", "pct"),
    )
    note = f"{unit.capitalize()}s in which nothing ended are left out." if rows else "Nothing ended."
    return Table("Course", columns, rows, note=note, chart="curve")


def spread_table(found: Figures) -> Table:
    """How results in R are spread, by bins; analytics draw the same."""
    spread = found.spread_r
    borders = [None, *R_EDGES, None]
    counts = [spread.below, *spread.counts, spread.above]
    rows = [(borders[place], borders[place + 1], number) for place, number in enumerate(counts)]
    columns = (
        Column("low", "R from", "r"),
        Column("high", "to below", "r"),
        Column("settled", "Settled", "count"),
    )
    return Table("Spread of R", columns, rows if any(counts) else [], chart="histogram")


def _by_version(period: Period, hidden: Hidden) -> Table:
    sums = sums_of(period, hidden, by=VERSION)
    names = version_names(sums)
    rows = sorted((names[version], *_row(one)) for version, one in sums.items())
    return Table("By version", (Column("version", "Version", "text"), *GROUP), rows, note=_none(rows))


def _by_instrument(period: Period, hidden: Hidden) -> Table:
    sums = sums_of(period, hidden, by=INSTRUMENT)
    chosen = _ends(sums)
    found = Instrument.objects.select_related("venue").filter(pk__in=chosen)
    names = {one.pk: f"{one.venue.name}:{one.symbol}" for one in found}
    rows = [(names[instrument], *_row(sums[instrument])) for instrument in chosen]
    left = len(sums) - len(rows)
    note = f"The best and the worst by their sum of R; {left:,} between them are left out." if left else None
    columns = (Column("instrument", "Instrument", "text"), *GROUP)
    return Table("By instrument", columns, rows, note=note or _none(rows))


def _ends(sums: Mapping[int | str, Sums]) -> list[int | str]:
    """The best first; of very many the best and the worst."""
    ordered = sorted(sums, key=lambda one: (-sums[one].r, -sums[one].pct, one))
    return ordered if len(ordered) <= MOST else ordered[: MOST // 2] + ordered[-MOST // 2 :]


def _named(period: Period, hidden: Hidden, by: str, title: str, column: Column) -> Table:
    rows = [(key, *_row(one)) for key, one in sums_of(period, hidden, by=by).items()]
    return Table(title, (column, *GROUP), rows, note=_none(rows))


GROUP = (
    Column("settled", "Settled", "count"),
    Column("hit_rate", "Hit rate", "share"),
    Column("mean_r", "Mean R", "r"),
    Column("low", "95 % from", "r"),
    Column("high", "to", "r"),
    Column("total_r", "Sum of R", "r"),
    Column("total_pct", "Sum of returns", "pct"),
)


def _row(sums: Sums) -> tuple[float | int | None, ...]:
    found = figures(sums, None)
    mean = found.r.expectancy
    return (
        found.signals,
        found.hit_rate.value,
        mean.value,
        mean.low,
        mean.high,
        found.r.total,
        found.pct.total,
    )


def _none(rows: Sequence[object]) -> str | None:
    return None if rows else f"{NONE_SETTLED.capitalize()}."


def confidence_table(found: Calibration) -> Table:
    """Hit rates by confidence; analytics draw the same."""
    rows = [
        (
            one.low,
            one.high,
            one.hit_rate.n,
            one.confidence,
            one.hit_rate.value,
            one.hit_rate.low,
            one.hit_rate.high,
        )
        for one in found.bins
    ]
    columns = (
        Column("low", "Confidence from", "ratio"),
        Column("high", "to", "ratio"),
        Column("settled", "Settled", "count"),
        Column("confidence", "Mean confidence", "ratio"),
        Column("hit_rate", "Hit rate", "share"),
        Column("hit_low", "95 % from", "share"),
        Column("hit_high", "to", "share"),
    )
    return Table(
        "Confidence and hits", columns, rows, chart="reliability", note=None if rows else "No confidence."
    )

"""What settled signals were worth: figures, curve, spread, confidence, groups, likeness of strategies."""

from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.kit.replica import may_be_old
from heliograph.reports.analytics import Group, analytics
from heliograph.reports.asked import Asked
from heliograph.reports.correlation import Alike, correlation
from heliograph.reports.expectation import expectations
from heliograph.reports.forms.drawing import TOKENS, Paper, draw
from heliograph.reports.groupings import By
from heliograph.reports.rejected import Rejected, Turned, rejected
from heliograph.reports.sections.performance import confidence_table, spread_table
from heliograph.reports.sums import days_by, fold_if_many
from heliograph.signals.errors import NoSuchStrategy
from heliograph.signals.models import Strategy
from heliograph.signals.queries import seen
from heliograph.signals.scores import LEAST_N
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.curves import CurveLine, curve_data
from heliograph.web.interval import interval_mark
from heliograph.web.reads.analytics import curve_of
from heliograph.web.rows import REASONS
from heliograph.web.views.asked import day, text

# Of more groups those with the most signals are shown.
MOST = 100
# And of strategies below a reason of rejections.
MOST_OF_REASON = 5
# The side column has no room for more.
NARROW = Paper(TOKENS, width=300)
SPANS = (("", "all time"), ("365", "a year"), ("90", "90 days"), ("30", "30 days"), ("7", "7 days"))
# What columns are sorted by; unknown comes last.
SORTS: dict[str, Callable[[Group], float | None]] = {
    "settled": lambda one: one.figures.signals,
    "hits": lambda one: one.figures.hit_rate.value,
    "mean": lambda one: one.figures.r.expectancy.value,
    "factor": lambda one: one.figures.pct.profit_factor,
    "total": lambda one: one.figures.pct.total,
    "fall": lambda one: one.figures.pct.series.max_drawdown if one.figures.pct.series else None,
}
HEADS = (
    ("settled", "Settled"),
    ("hits", "Hits, %"),
    ("mean", "Mean R, 95 % interval"),
    ("factor", "Factor"),
    ("total", "Sum, %"),
    ("fall", "Fall, %"),
)


@require_safe
@needs("viewer")
@may_be_old
def analytics_page(request: HttpRequest) -> HttpResponse:
    """Everything stands in the address: what is asked for, the groups and their order."""
    by = By(request.GET["by"]) if request.GET.get("by") in list(By) else By.STRATEGY
    sort = request.GET.get("sort", "")
    try:
        asked = _asked(request)
        fold_if_many()
        days = days_by(asked, By.STRATEGY)
        found, alike = analytics(asked, by=by, strategy_days=days), correlation(asked, strategy_days=days)
        compared, turned = expectations(asked), rejected(asked)
    except NoSuchStrategy as fault:
        raise Http404(str(fault)) from fault
    except UserError as fault:
        return render(request, "web/pages/analytics.html", _choices(request, by) | {"fault": str(fault)})
    spread, said = spread_table(found.total), confidence_table(found.calibration)
    curve = curve_of(found)
    context = {
        "found": found,
        "total": found.total,
        "groups": [
            (one, interval_mark(one.figures.r.expectancy)) for one in _sorted(found.groups, sort)[:MOST]
        ],
        "left": max(len(found.groups) - MOST, 0),
        "curve": curve_data([CurveLine("Equity", "solid", curve)]),
        "has_curve": len(curve.days) > 1,
        "spread": mark_safe(draw(_plain(spread), NARROW)),
        "reliability": mark_safe(draw(_plain(said), NARROW)),
        "alike": _alike(alike),
        "compared": compared,
        "turned": _turned(turned),
        "all_told": turned.all_told,
        "least_n": LEAST_N,
        "measured": utc_now(),
    }
    return render(request, "web/pages/analytics.html", context | _choices(request, by))


def _asked(request: HttpRequest) -> Asked:
    name, side = text(request, "strategy"), request.GET.get("side")
    since, until = day(request, "since"), day(request, "until")
    first = since.date() if since else _back(request.GET.get("span", ""))
    return Asked(
        strategies=(name,) if name else (),
        side=side if side in ("long", "short") else None,
        since=first,
        until=until.date() if until else None,
        hidden=hidden(request),
    )


def _back(span: str) -> date | None:
    known = dict(SPANS)
    return (utc_now() - timedelta(days=int(span))).date() if span and span in known else None


def _choices(request: HttpRequest, by: By) -> dict[str, object]:
    names = ("strategy", "side", "span", "since", "until", "sort")
    kept = {name: value for name in names if (value := text(request, name))}
    strategies = Strategy.objects.filter(seen(hidden(request), "pk")).order_by("name")
    return {
        "by": by,
        "kept": kept,
        "tabs": [(one, urlencode({**kept, "by": one.value})) for one in By],
        "heads": [(name, label, urlencode({**kept, "by": by.value, "sort": name})) for name, label in HEADS],
        "strategies": list(strategies.values_list("name", flat=True)),
        "spans": SPANS,
        "asked": any(name in kept for name in names if name != "sort"),
    }


def _sorted(groups: tuple[Group, ...], sort: str) -> list[Group]:
    key = SORTS.get(sort)
    if key is None:
        return list(groups)
    known = [one for one in groups if key(one) is not None]
    return sorted(known, key=lambda one: -(key(one) or 0.0)) + [one for one in groups if key(one) is None]


def _plain(table) -> dict[str, object]:
    return {
        "title": table.title,
        "chart": table.chart,
        "rows": table.rows,
        "columns": [{"name": column.name} for column in table.columns],
    }


def _turned(found: Rejected) -> list[tuple[str, Turned]]:
    """By reason in words; below each reason of several strategies those, the busiest first."""
    rows = []
    for one in found.reasons:
        of_strategy = [each for each in found.strategies if each.reason == one.reason]
        few = sorted(of_strategy, key=lambda each: -each.rejected)[:MOST_OF_REASON]
        rows += [one, *(few if len(of_strategy) > 1 else ())]
    return [(REASONS.get(one.reason, one.reason), one) for one in rows]


def _alike(found: Alike) -> list[tuple[str, list[tuple[float | None, str]]]]:
    """A row for each strategy: values, and how strong each is, in five steps."""
    return [
        (name, [(value, "" if value is None else f"alike-{min(int(abs(value) * 5), 4)}") for value in row])
        for name, row in zip(found.names, found.values, strict=True)
    ]

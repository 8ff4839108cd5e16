"""The first page: what is open, what settled, what ran, how fresh the data is."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heliograph.kit.clock import utc_now
from heliograph.signals.queries import Hidden
from heliograph.signals.scores import LEAST_N
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.numbers import price_decimals
from heliograph.web.reads import freshness, overview
from heliograph.web.reads.marks import marks_of
from heliograph.web.reads.monitoring.told import wrong
from heliograph.web.reads.starting import starting
from heliograph.web.rows import REASONS, signal_rows
from heliograph.web.views.asked import whole_number

OPEN_ROWS, SETTLED_ROWS, INSTRUMENT_ROWS = 6, 10, 10


@require_safe
@needs("viewer")
def overview_page(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    at, venues = utc_now(), freshness.venues()
    return render(
        request,
        "web/pages/overview.html",
        {
            "starting": starting(at=at, hidden=hidden(request)),
            **wrong(),
            **_lists(None, venues, hidden(request)),
            **_aside(at, venues, hidden(request)),
        },
    )


@require_safe
@needs("viewer")
def overview_lists(request: HttpRequest) -> HttpResponse:
    """The lists alone, asked for again and again; `seen` is the newest signal that was looked at."""
    context = _lists(whole_number(request, "seen"), freshness.venues(), hidden(request))
    return render(request, "web/parts/overview_lists.html", context)


@require_safe
@needs("viewer")
def overview_aside(request: HttpRequest) -> HttpResponse:
    """What ran and how fresh the data is, alone."""
    context = _aside(utc_now(), freshness.venues(), hidden(request))
    return render(request, "web/parts/overview_aside.html", context)


@require_safe
@needs("viewer")
def overview_starting(request: HttpRequest) -> HttpResponse:
    """How far a start has come, alone; when it is over the page is asked for anew."""
    found = starting(at=utc_now(), hidden=hidden(request))
    if found is None:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "web/parts/starting.html", {"starting": found})


def _lists(seen: int | None, venues: list[freshness.VenueFreshness], hidden: Hidden) -> dict[str, object]:
    figures = overview.figures(at=utc_now(), hidden=hidden)
    still_open = overview.open_items(limit=OPEN_ROWS, hidden=hidden)
    settled = overview.settled_items(limit=SETTLED_ROWS, hidden=hidden)
    seen = figures.newest if seen is None else seen
    return {
        "figures": figures,
        "least_n": LEAST_N,
        "open_rows": signal_rows(still_open, marks_of(still_open), seen=seen),
        "settled_rows": signal_rows(settled, {}, seen=seen),
        "seen": seen,
        "venues": venues,
    }


def _aside(at: datetime, venues: list[freshness.VenueFreshness], hidden: Hidden) -> dict[str, object]:
    runs = overview.runs(hidden=hidden)
    lines = freshness.newest_lines(limit=INSTRUMENT_ROWS)
    return {
        "runs": runs,
        "ran_at": max((run.started_at for run in runs if run.started_at), default=None),
        "reasons": [
            (REASONS.get(line.reason, line.reason), line)
            for line in overview.recent_reasons(at=at, hidden=hidden)
        ],
        "lines": [(line, price_decimals(line.closes)) for line in lines],
        "venues": venues,
    }

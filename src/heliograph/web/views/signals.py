"""The list of signals, and the count of those that arrived since."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from heliograph.signals.errors import BadCursor
from heliograph.signals.queries import Hidden, SignalPage, list_signals
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.filters import SIDES, TABS, Asked, Chip, chip
from heliograph.web.reads import signals as reads
from heliograph.web.reads.marks import marks_of
from heliograph.web.rows import signal_rows
from heliograph.web.views.asked import whole_number
from heliograph.web.views.saved_filters import saved_tabs
from heliograph.web.views.signal import panel

PAGE = 50


@require_safe
@needs("viewer")
def signals_page(request: HttpRequest) -> HttpResponse:
    """A page of the list; everything that shapes it is in the address."""
    asked = Asked.of(request.GET)
    unseen = hidden(request)
    page = _page(asked, hidden=unseen, cursor=request.GET.get("cursor") or None)
    seen = whole_number(request, "seen")
    counts = reads.counts(replace(asked.filter(hidden=unseen), state=None))
    newest = reads.newest_id(hidden=unseen)
    saved = saved_tabs(request, asked)
    context = {
        "asked": asked,
        "rows": signal_rows(page.items, marks_of(page.items), seen=newest if seen is None else seen),
        "tabs": _tabs(asked, counts),
        "saved": saved,
        "is_kept": any(shown for _, shown in saved),
        "total": counts[asked.get("state") or "all"],
        "chips": _chips(asked, hidden=unseen),
        "next": page.next and asked.address(cursor=page.next),
        "first": not request.GET.get("cursor"),
        "newest": newest,
        "arrived": 0,
        "api": f"{reverse('api:signals')}{_for_programs(asked)}",
    }
    return render(request, "web/pages/signals.html", _panel(request, asked) | context)


@require_safe
@needs("viewer")
def arrivals(request: HttpRequest) -> HttpResponse:
    """The bar that says how many signals of this list arrived after `seen`."""
    asked = Asked.of(request.GET)
    seen = whole_number(request, "seen") or 0
    context = {
        "asked": asked,
        "newest": seen,
        "arrived": reads.arrived(asked.filter(hidden=hidden(request)), after=seen),
    }
    return render(request, "web/parts/arrivals.html", context)


def _panel(request: HttpRequest, asked: Asked) -> dict[str, object]:
    """The chosen signal, if the address names one."""
    chosen = whole_number(request, "open")
    return (
        {}
        if chosen is None
        else panel(chosen, hidden=hidden(request)) | {"open": chosen, "closed": asked.here}
    )


def _page(asked: Asked, *, hidden: Hidden, cursor: str | None) -> SignalPage:
    try:
        if asked.by_found:
            return reads.list_by_found(asked.filter(hidden=hidden), limit=PAGE, cursor=cursor)
        return list_signals(asked.filter(hidden=hidden), limit=PAGE, cursor=cursor)
    except BadCursor as fault:
        raise Http404(str(fault)) from fault


def _for_programs(asked: Asked) -> str:
    """The query of the same list in the API."""
    historical = {"no": "false", "only": "true"}.get(asked.get("history"), "")
    return asked.address(order="", history="", historical=historical, state=asked.state or "all")


def _tabs(asked: Asked, counts: dict[str, int]) -> list[tuple[str, str, int, bool]]:
    return [
        (label, asked.address(state=state), counts[state or "all"], asked.get("state") == state)
        for state, label in TABS
    ]


def _chips(asked: Asked, *, hidden: Hidden) -> list[Chip]:
    offered = reads.choices(hidden=hidden)
    return [
        chip(asked, "strategy", "Strategy", offered["strategy"], always=True),
        chip(asked, "symbol", "Instrument", offered["symbol"], always=True),
        chip(asked, "venue", "Venue", offered["venue"]),
        chip(asked, "side", "Side", [(side, side) for side in SIDES]),
        chip(asked, "history", "History", [("no", "left out"), ("only", "only")], unset="shown"),
        chip(asked, "order", "Order", [("found", "found last")], unset="newest bar"),
    ]

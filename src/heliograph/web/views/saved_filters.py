"""Filters of the list of signals that a person keeps as tabs above it."""

from dataclasses import replace

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from heliograph.accounts.filters import NoSuchFilter, filters_of, find_filter, remove_filter, save_filter
from heliograph.accounts.models import SavedFilter
from heliograph.errors import UserError
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden, person_of
from heliograph.web.accounts.told import tell
from heliograph.web.filters import Asked
from heliograph.web.reads import signals as reads

PAGE = "signals"


def saved_tabs(request: HttpRequest, asked: Asked) -> list[tuple[SavedFilter, bool]]:
    """What the person keeps for this page, and whether it is what is shown. One statement."""
    return [(one, one.query == asked.here) for one in filters_of(person_of(request), PAGE)]


@require_POST
@needs("viewer")
def keep_filter(request: HttpRequest) -> HttpResponse:
    """Keep the list that stands in `query` under `name`, then show it."""
    asked = _asked(request.POST.get("query", ""))
    try:
        with transaction.atomic():
            kept = save_filter(
                person_of(request), page=PAGE, name=request.POST.get("name", ""), query=asked.here
            )
            tell(request, "filter.save", kept.name, page=PAGE, query=kept.query)
    except UserError as fault:
        context = {"fault": str(fault), "asked": asked, "name": request.POST.get("name", "")[:60]}
        return render(request, "web/pages/filter_refused.html", context, status=422)
    return redirect(f"{reverse('signals')}{kept.query}")


@require_POST
@needs("viewer")
def drop_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Keep a filter no longer; the list that it showed stays in sight."""
    try:
        with transaction.atomic():
            dropped = remove_filter(person_of(request), filter_id)
            tell(request, "filter.remove", dropped.name, page=PAGE)
    except NoSuchFilter as fault:
        raise Http404(str(fault)) from fault
    return redirect(f"{reverse('signals')}{dropped.query}")


@require_safe
@needs("viewer")
def filter_count(request: HttpRequest, filter_id: int) -> HttpResponse:
    """How many signals a kept filter shows now: asked for behind the page, which does not wait for it."""
    try:
        kept = find_filter(person_of(request), filter_id)
    except NoSuchFilter as fault:
        raise Http404(str(fault)) from fault
    asked = _asked(kept.query)
    counts = reads.counts(replace(asked.filter(hidden=hidden(request)), state=None))
    return render(request, "web/parts/filter_count.html", {"count": counts[asked.state or "all"]})


def _asked(query: str) -> Asked:
    return Asked.of(QueryDict(query.removeprefix("?")[:2000]))

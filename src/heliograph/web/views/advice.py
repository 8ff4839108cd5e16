"""Recommendations: what could be better, what was answered, and whether it helped."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.monitor.advice.answer import dismiss, mark_done
from heliograph.monitor.advice.errors import NoSuchRecommendation
from heliograph.monitor.advice.models import Recommendation
from heliograph.monitor.advice.queries import find_recommendation, visible_to
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden, person_of
from heliograph.web.accounts.told import tell
from heliograph.web.reads.monitoring import told
from heliograph.web.views.asked import whole_number
from heliograph.web.views.audience import audiences_of

ROWS = 30
TABS = (("open", "Open"), ("done", "Done"), ("dismissed", "Dismissed"), ("over", "Over"))


@require_safe
@needs("viewer")
def advice_page(request: HttpRequest) -> HttpResponse:
    """Those of one state, with the numbers that each rests on."""
    return render(request, "web/pages/advice.html", _context(request))


@require_POST
@needs("operator")
def advice_act(request: HttpRequest, number: int) -> HttpResponse:
    """Say that one was done, or that nobody wants it; then back."""
    act, at = request.POST.get("act", ""), utc_now()
    if act not in ("done", "dismiss"):
        raise Http404("There is no such act.")
    among = visible_to(hidden=hidden(request), audiences=audiences_of(request))
    try:
        found, who = find_recommendation(number, among=among), person_of(request).name
        with transaction.atomic():
            if act == "done":
                mark_done(found, by=who, at=at)
            else:
                reason = request.POST.get("reason", "").replace("\x00", "").strip()[:400]
                dismiss(found, by=who, reason=reason, at=at)
            tell(request, f"recommendation.{act}", f"recommendation {found.pk}", title=found.title)
    except NoSuchRecommendation as fault:
        raise Http404(str(fault)) from fault
    except UserError as fault:
        context = _context(request) | {"fault": str(fault)}
        return render(request, "web/pages/advice.html", context, status=409)
    said = "From now on it is looked whether that helped." if act == "done" else "It rests for 90 days."
    messages.success(request, said)
    return redirect("monitoring-advice")


def _context(request: HttpRequest) -> dict[str, object]:
    state = request.GET.get("state", "")
    state = state if state in Recommendation.State.values else "open"
    before = whole_number(request, "before")
    rows, behind = told.advice_page(
        state,
        hidden=hidden(request),
        audiences=audiences_of(request),
        before=before,
        limit=ROWS,
    )
    return {"state": state, "tabs": TABS, "rows": rows, "behind": behind, "first": before is None}

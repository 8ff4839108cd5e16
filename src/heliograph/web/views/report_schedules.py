"""Who gets reports regularly: added, paused and removed on the page of reports."""

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.reports.errors import NoSuchSchedule
from heliograph.reports.forms import FORMS
from heliograph.reports.models import ReportSchedule
from heliograph.reports.periods import REGULAR, Kind, next_end
from heliograph.reports.schedules import (
    Wish,
    add_schedule,
    find_schedule,
    pause_schedule,
    remove_schedule,
    schedules_of,
)
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.reads.notices import channel_names
from heliograph.web.views.audience import audiences_of, choices, names, usable


@require_POST
@needs("analyst")
def schedule_add(request: HttpRequest) -> HttpResponse:
    """Get a report regularly; then back."""
    asked = {
        name: request.POST.get(name, "").strip() for name in ("kind", "zone", "channel", "form", "audience")
    }
    try:
        if asked["audience"] not in dict(choices(request)):
            raise UserError("Choose for whom it is.")
        if asked["channel"] and asked["channel"] not in channel_names(usable(request)):
            raise UserError(f"There is no channel '{asked['channel'][:64]}'.")
        asked["zone"] = asked["zone"] or "UTC"
        with transaction.atomic():
            made = add_schedule(Wish(**asked), at=utc_now())
            tell(request, "report_schedule.add", f"report schedule {made.pk}", kind=made.kind)
    except UserError as fault:
        from heliograph.web.views.reports import reports_context

        context = reports_context(request) | {"schedule_fault": str(fault), "wish": asked}
        return render(request, "web/pages/reports.html", context, status=422)
    return redirect("reports")


@require_POST
@needs("analyst")
def schedule_act(request: HttpRequest, number: int) -> HttpResponse:
    """Pause it, let it go on, or remove it; then back."""
    act, audiences = request.POST.get("act", ""), audiences_of(request)
    try:
        with transaction.atomic():
            found = find_schedule(number, audiences=audiences)
            if act == "remove":
                remove_schedule(number, audiences=audiences)
            elif act in ("pause", "resume"):
                pause_schedule(number, paused=act == "pause", at=utc_now(), audiences=audiences)
            else:
                raise Http404("There is no such act.")
            tell(request, f"report_schedule.{act}", f"report schedule {number}", kind=found.kind)
    except NoSuchSchedule as fault:
        raise Http404(str(fault)) from fault
    return redirect("reports")


def schedules_context(request: HttpRequest) -> dict[str, object]:
    """The schedules that whoever asks may see, and what a new one is made of."""
    rows, at = list(schedules_of(audiences_of(request))), utc_now()
    called = names({one.audience for one in rows})
    return {
        "schedules": [(one, called[one.audience], _next(one, at)) for one in rows],
        "regular": REGULAR,
        "file_forms": list(FORMS),
        "channels": channel_names(usable(request)),
        "choices": choices(request),
    }


def _next(one: ReportSchedule, at):
    return None if one.paused else next_end(Kind(one.kind), at=at, zone=one.zone)

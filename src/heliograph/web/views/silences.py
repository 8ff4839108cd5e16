"""Silences and maintenance windows: what is not told for a while, who wanted that, and why."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.monitor.alerts.errors import BadSilence
from heliograph.monitor.alerts.queries import list_silences
from heliograph.monitor.alerts.silences import Hush, add_silence, end_silence
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import actor_of
from heliograph.web.accounts.told import tell
from heliograph.web.views.asked import whole
from heliograph.web.views.incidents import LENGTHS

PAST = 20
GLYPHS = {"holds": "running", "waits": "unknown", "over": "off"}


@require_safe
@needs("viewer")
def silences_page(request: HttpRequest) -> HttpResponse:
    """Those that hold, wait, and are over."""
    return render(request, "web/pages/silences.html", _context())


@require_POST
@needs("operator")
def silence_add(request: HttpRequest) -> HttpResponse:
    """Store what was asked for; what is wrong with it is said above the form."""
    form = {name: request.POST.get(name, "").replace("\x00", "").strip() for name in FIELDS}
    try:
        with transaction.atomic():
            at = utc_now()
            made = add_silence(_hush(form, at=at), who=actor_of(request).name, at=at)
            tell(request, "silence.add", f"silence {made.pk}", why=made.why)
    except UserError as fault:
        context = _context() | {"fault": str(fault), "form": form}
        return render(request, "web/pages/silences.html", context, status=422)
    messages.success(request, "It is silenced. Incidents are opened all the same.")
    return redirect("silences")


@require_POST
@needs("operator")
def silence_end(request: HttpRequest, silence_id: int) -> HttpResponse:
    """End one; what goes on is told then."""
    try:
        with transaction.atomic():
            end_silence(silence_id, at=utc_now())
            tell(request, "silence.end", f"silence {silence_id}")
    except UserError as fault:
        return render(request, "web/pages/silences.html", _context() | {"fault": str(fault)}, status=409)
    messages.success(request, f"Silence {silence_id} is over. What goes on is told.")
    return redirect("silences")


FIELDS = ("kind", "rules", "begins_at", "minutes", "every_days", "why")


def _context() -> dict[str, object]:
    every = list_silences(every=True, at=utc_now())
    return {
        "current": [(one, GLYPHS[one.state]) for one in every if one.state != "over"],
        "past": [(one, GLYPHS[one.state]) for one in every if one.state == "over"][:PAST],
        "lengths": LENGTHS,
        "form": {},
    }


def _hush(form: dict[str, str], *, at: datetime) -> Hush:
    begins = _moment(form["begins_at"]) or at
    minutes = dict((str(number), number) for number, _ in LENGTHS).get(form["minutes"], LENGTHS[0][0])
    return Hush(
        begins_at=begins,
        ends_at=begins + timedelta(minutes=minutes),
        why=form["why"],
        rules=[one.strip() for one in form["rules"].split(",") if one.strip()],
        every_days=whole(form["every_days"]),
        is_maintenance=form["kind"] == "maintenance",
    )


def _moment(written: str) -> datetime | None:
    """A moment in the zone of whoever asks."""
    if not written:
        return None
    try:
        found = datetime.fromisoformat(written)
    except ValueError as fault:
        raise BadSilence("begins_at", "It begins at a moment such as 2026-11-30T16:00.") from fault
    return timezone.make_aware(found) if timezone.is_naive(found) else found

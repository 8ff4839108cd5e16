"""Where the link of a message leads: to the page of what it tells of."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from heliograph.notices.incident_words import INCIDENTS
from heliograph.notices.models import Notice, Sending
from heliograph.notices.topics import DIGEST, PARKED, STALE
from heliograph.reports.deliver import TOPIC as READY
from heliograph.signals.models import Signal
from heliograph.signals.queries import Hidden, seen
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.views.asked import text
from heliograph.web.views.audience import audiences_of

LONGEST = 200


@require_safe
@needs("viewer")
def told_of(request: HttpRequest) -> HttpResponse:
    """By topic and subject, as messages know nothing of the numbers of rows."""
    topic = text(request, "topic") or ""
    subject = request.GET.get("subject", "").replace("\x00", "")[:LONGEST]
    if topic == DIGEST:
        return redirect("notices-message", _message(request, subject))
    notice = Notice.objects.filter(topic=topic, subject=subject).first()
    if notice is None:
        raise Http404("That notice is not kept any more.")
    if topic == PARKED.name:
        return redirect("work", "queues")
    if topic == STALE.name:
        return redirect("instruments")
    if topic in INCIDENTS:
        number = notice.payload.get("incident")
        return redirect("incident", number) if number else redirect("incidents")
    if topic == READY:
        return redirect("report", notice.payload["report"])
    signal = _signal(notice.payload, hidden(request))
    if signal is None:
        raise Http404("There is no such signal.")
    return redirect("signal", signal)


def _message(request: HttpRequest, subject: str) -> int:
    found = Sending.objects.filter(topic=DIGEST, subject=subject)
    audiences = audiences_of(request)
    if audiences is not None:
        found = found.filter(channel__audience__in=[*audiences, ""])
    number = found.values_list("pk", flat=True).first()
    if number is None:
        raise Http404("That message is not kept any more.")
    return number


def _signal(payload: dict[str, str], hidden: Hidden) -> int | None:
    names = ("strategy", "version", "venue", "symbol", "bar_time", "side")
    if any(name not in payload for name in names):
        return None
    found = Signal.objects.filter(
        seen(hidden, "version__strategy"),
        version__strategy__name=payload["strategy"],
        version__number=payload["version"],
        instrument__venue__name=payload["venue"],
        instrument__symbol=payload["symbol"],
        bar_time=datetime.fromisoformat(payload["bar_time"]),
        side=payload["side"],
    )
    return found.values_list("pk", flat=True).first()

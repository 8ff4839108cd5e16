"""Incidents: what is wrong and was, the whole story of each, and what people answer to it."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.monitor.alerts import incidents as verbs
from heliograph.monitor.alerts.errors import NoSuchIncident
from heliograph.monitor.alerts.models import Incident, Severity
from heliograph.monitor.alerts.queries import Story, read_incident
from heliograph.monitor.alerts.silences import Hush, add_silence
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import actor_of
from heliograph.web.accounts.told import tell
from heliograph.web.reads.monitoring import told
from heliograph.web.views.asked import text, whole_number

ROWS, LONGEST = 40, 400
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "going": ("Going on", Incident.GOING),
    "over": ("Over", told.OVER),
    "all": ("All", ()),
}
# What an incident is silenced for, in minutes, and in words.
LENGTHS = ((60, "1 hour"), (240, "4 hours"), (1_440, "1 day"), (10_080, "1 week"))
GLYPHS = {
    "opened": "warning", "reopened": "warning", "escalated": "bad", "flapping": "warning",
    "joined": "warning", "resolved": "done", "closed": "done", "cleared": "done", "absorbed": "done",
    "acknowledged": "running", "comment": "running", "told": "running",
}  # fmt: skip


@require_safe
@needs("viewer")
def incidents_page(request: HttpRequest) -> HttpResponse:
    """A list with its filters, the noisiest rules, and how soon somebody answered."""
    which = request.GET.get("which", "")
    which = which if which in SHOWN else "all"
    severity = request.GET.get("severity", "")
    severity = severity if severity in Severity.values else ""
    rule, before = text(request, "rule") or "", whole_number(request, "before")
    rows, behind = told.incident_page(
        states=SHOWN[which][1], severity=severity or None, rule=rule or None, before=before, limit=ROWS
    )
    kept = {name: value for name, value in (("severity", severity), ("rule", rule)) if value}
    context = {
        "rows": rows,
        "which": which,
        "severity": severity,
        "rule": rule,
        "tabs": [(name, words, urlencode({"which": name, **kept})) for name, (words, _) in SHOWN.items()],
        "severities": Severity.values,
        "next": "?" + urlencode({"which": which, **kept, "before": behind}) if behind else "",
        "first": before is None,
        "alerts": told.alert_trends(at=utc_now()),
    }
    return render(request, "web/pages/incidents.html", context)


@require_safe
@needs("viewer")
def incident_page(request: HttpRequest, incident_id: int) -> HttpResponse:
    """What it means, what to do, its alerts, and what became of it."""
    return render(request, "web/pages/incident.html", _context(_story(incident_id)))


@require_POST
@needs("operator")
def incident_act(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Acknowledge, comment, silence or close it; then back to where that was asked."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404("There is no such act.")
    story, words = _story(incident_id), request.POST.get("words", "").replace("\x00", "").strip()[:LONGEST]
    try:
        with transaction.atomic():
            said = act(request, story, words)
    except UserError as fault:
        context = _context(story) | {"fault": str(fault)}
        return render(request, "web/pages/incident.html", context, status=409)
    messages.success(request, said)
    if request.POST.get("from") == "monitoring":
        return redirect("monitoring")
    return redirect("incident", incident_id)


def _story(number: int) -> Story:
    try:
        return read_incident(number)
    except NoSuchIncident as fault:
        raise Http404(str(fault)) from fault


def _context(story: Story) -> dict[str, object]:
    return {
        "story": story,
        "line": told.IncidentLine(story.incident, ()),
        "lines": [(one, GLYPHS.get(one.kind, "unknown")) for one in reversed(story.lines)],
        "causes": [one for one in story.alerts if not one.is_consequence],
        "consequences": [one for one in story.alerts if one.is_consequence],
        "lengths": LENGTHS,
    }


def _acknowledge(request: HttpRequest, story: Story, words: str) -> str:
    verbs.acknowledge(story.incident.id, who=actor_of(request).name, at=utc_now(), words=words)
    _tell(request, story, "acknowledge")
    return f"You are at incident {story.incident.id}: it is neither told again nor raised."


def _comment(request: HttpRequest, story: Story, words: str) -> str:
    if not words:
        raise NoWords(NoWords.__doc__)
    verbs.comment(story.incident.id, words, who=actor_of(request).name, at=utc_now())
    _tell(request, story, "comment")
    return "The comment stands in the time line."


def _close(request: HttpRequest, story: Story, words: str) -> str:
    verbs.close(story.incident.id, who=actor_of(request).name, at=utc_now(), words=words)
    _tell(request, story, "close")
    return f"Incident {story.incident.id} is closed. What still holds opens it again."


def _silence(request: HttpRequest, story: Story, words: str) -> str:
    """All of its cause; of a machine its own alone."""
    cause, _, host = story.incident.cause.partition(":")
    minutes = {str(number): (number, said) for number, said in LENGTHS}
    number, said = minutes.get(request.POST.get("minutes", ""), LENGTHS[0])
    at = utc_now()
    hush = Hush(
        begins_at=at,
        ends_at=at + timedelta(minutes=number),
        why=words,
        rules=[cause],
        labels={"host": host} if host else {},
    )
    made = add_silence(hush, who=actor_of(request).name, at=at)
    tell(request, "silence.add", f"silence {made.pk}", why=words)
    return f"What comes of {cause} is not told for {said}."


def _tell(request: HttpRequest, story: Story, act: str) -> None:
    tell(request, f"incident.{act}", f"incident {story.incident.id}")


class NoWords(UserError):
    """A comment has words."""


ACTS: dict[str, Callable[[HttpRequest, Story, str], str]] = {
    "acknowledge": _acknowledge,
    "comment": _comment,
    "close": _close,
    "silence": _silence,
}

"""Incidents: one for each cause; opened, joined, absorbed, resolved and reopened, or answered by a person."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from heliograph.monitor.alerts.errors import IncidentIsOver, NoSuchIncident
from heliograph.monitor.alerts.models import Alert, Entry, Incident
from heliograph.monitor.alerts.terms import CRITICAL, INFO, WARNING
from heliograph.monitor.alerts.timeline import note

Kind, State = Entry.Kind, Incident.State
RANK = {INFO: 0, WARNING: 1, CRITICAL: 2}
# What comes back within this is the same incident; so often within so long, and it flaps: then it is over
# only when it was quiet for a while.
REOPENS = timedelta(minutes=10)
FLAPS, FLAPS_WITHIN, CALM = 3, timedelta(hours=1), timedelta(minutes=15)
# An incident that began so shortly before its cause was seen is absorbed by that.
ABSORBS = timedelta(minutes=5)
# What follows from a cause that is over is an incident of its own when it outlives that by so much.
OUTLIVES = timedelta(minutes=5)


def going() -> QuerySet[Incident]:
    """Those that are not over."""
    return Incident.objects.filter(state__in=Incident.GOING)


def find_incident(number: int) -> Incident:
    """The incident of that number, or NoSuchIncident."""
    found = Incident.objects.filter(pk=number).first()
    if found is None:
        raise NoSuchIncident(number)
    return found


def acknowledge(number: int, *, who: str, at: datetime, words: str = "") -> Incident:
    """Somebody is at it: it is neither told again nor raised. Again, it changes nothing."""
    find_incident(number)
    told = {"state": State.ACKNOWLEDGED, "acknowledged_at": at, "acknowledged_by": who[:120]}
    changed = Incident.objects.filter(pk=number, state=State.OPEN).update(**told)
    incident = find_incident(number)
    if incident.state not in Incident.GOING:
        raise IncidentIsOver(number)
    if changed:
        note(number, Kind.ACKNOWLEDGED, words, at=at, who=who)
    return incident


def comment(number: int, words: str, *, who: str, at: datetime) -> Incident:
    """Add a line of one's own to the time line; also of one that is over."""
    incident = find_incident(number)
    note(number, Kind.COMMENT, words, at=at, who=who)
    return incident


def close(number: int, *, who: str, at: datetime, words: str = "") -> Incident:
    """End it by hand, as what is not known does not end by itself. What still holds opens it again."""
    incident = find_incident(number)
    ended = {"state": State.RESOLVED, "resolved_at": at, "calm_since": None}
    if not going().filter(pk=number).update(**ended):
        raise IncidentIsOver(number)
    unresolved = incident.alerts.exclude(state=Alert.State.RESOLVED)
    unresolved.update(state=Alert.State.RESOLVED, resolved_at=at)
    note(number, Kind.CLOSED, words, at=at, who=who)
    return find_incident(number)


def open_or_join(alert: Alert, *, at: datetime) -> Incident:
    """The incident of an alert that fires: that of its cause, one that just ended, or a new one."""
    key = _key(alert)
    incident = going().filter(key=key).first()
    if incident:
        _join(incident, alert, at=at)
        return incident
    ended = Incident.objects.filter(key=key, state=State.RESOLVED, resolved_at__gt=at - REOPENS)
    if incident := ended.order_by("-resolved_at").first():
        _reopen(incident, alert, at=at)
        return incident
    incident = Incident.objects.create(
        key=key,
        rule_name=alert.rule.name,
        title=_title(alert),
        severity=alert.rule.severity,
        opened_at=alert.since,
        seen_at=at,
    )
    _attach(alert, incident)
    note(incident.pk, Kind.OPENED, f"{incident.title}: {alert.words}", at=alert.since)
    return incident


def follow(alert: Alert, cause: Incident, *, at: datetime) -> None:
    """An alert that follows from what another incident is about is part of that one."""
    _attach(alert, cause, is_consequence=True)
    note(cause.pk, Kind.FOLLOWED, f"{alert.rule.title}: {alert.words}", at=at)


def absorb(cause: Incident, names: Iterable[str], *, at: datetime) -> None:
    """Take in those that just began and follow from these rules."""
    causes = set(names)
    for one in going().filter(seen_at__gt=cause.opened_at - ABSORBS).exclude(pk=cause.pk):
        alerts = list(one.alerts.exclude(state=Alert.State.RESOLVED).select_related("rule"))
        if not alerts or any(causes.isdisjoint(alert.rule.follows) for alert in alerts):
            continue
        Incident.objects.filter(pk=one.pk).update(state=State.ABSORBED, resolved_at=at, absorbed_by=cause)
        note(one.pk, Kind.ABSORBED, f"It follows from incident {cause.pk}: {cause.title}", at=at)
        for alert in alerts:
            follow(alert, cause, at=at)


def settle(*, at: datetime) -> list[Incident]:
    """End those of which no alert is left, and let what outlives its cause stand alone; who ended."""
    ended = []
    for incident in going().order_by("pk"):
        alerts = list(incident.alerts.select_related("rule"))
        left = [alert for alert in alerts if alert.state != Alert.State.RESOLVED]
        if not left:
            ended += [incident] if _end(incident, alerts, at=at) else []
        elif all(alert.is_consequence for alert in left):
            _split(incident, alerts, left, at=at)
    return ended


def _end(incident: Incident, alerts: Sequence[Alert], *, at: datetime) -> bool:
    """True if it is over now; one that flaps has to be quiet first."""
    if incident.flapping and (incident.calm_since is None or at - incident.calm_since < CALM):
        if incident.calm_since is None:
            Incident.objects.filter(pk=incident.pk).update(calm_since=at)
        return False
    over = max((alert.resolved_at for alert in alerts if alert.resolved_at), default=at)
    incident.state, incident.resolved_at = State.RESOLVED, max(over, incident.opened_at)
    incident.calm_since, incident.flapping = None, False
    incident.save()
    note(incident.pk, Kind.RESOLVED, f"It lasted {lasted(incident, at=at)}", at=at)
    return True


def _split(incident: Incident, alerts: Sequence[Alert], left: Sequence[Alert], *, at: datetime) -> None:
    causes = [alert.resolved_at for alert in alerts if not alert.is_consequence and alert.resolved_at]
    if causes and at - max(causes) < OUTLIVES:
        return
    for alert in left:
        alert.is_consequence, alert.incident = False, None
        note(incident.pk, Kind.CLEARED, f"{alert.rule.title}: it goes on without the cause", at=at)
        open_or_join(alert, at=at)


def _join(incident: Incident, alert: Alert, *, at: datetime) -> None:
    _attach(alert, incident)
    if incident.calm_since:
        Incident.objects.filter(pk=incident.pk).update(calm_since=None)
    if RANK[alert.rule.severity] > RANK[incident.severity]:
        # The worst of them is what it is named by.
        _name_by(incident, alert)
        incident.save(update_fields=["severity", "title", "rule_name"])
    note(incident.pk, Kind.JOINED, f"{alert.rule.title}: {alert.words}", at=at)


def _reopen(incident: Incident, alert: Alert, *, at: datetime) -> None:
    _attach(alert, incident)
    lately = incident.entries.filter(kind=Kind.REOPENED, at__gt=at - FLAPS_WITHIN).count() + 1
    incident.state, incident.resolved_at, incident.reopened = State.OPEN, None, incident.reopened + 1
    incident.acknowledged_at, incident.acknowledged_by = None, ""
    incident.flapping = lately >= FLAPS
    if alert.rule.name != incident.rule_name:
        # What it was named by is over.
        _name_by(incident, alert)
    incident.save()
    note(incident.pk, Kind.REOPENED, f"{alert.rule.title}: {alert.words}", at=at)
    if incident.flapping:
        words = f"It came back {lately} times within an hour: it is over when it was quiet for a while"
        note(incident.pk, Kind.FLAPPING, words, at=at)


def _name_by(incident: Incident, alert: Alert) -> None:
    incident.severity, incident.rule_name = alert.rule.severity, alert.rule.name
    incident.title = _title(alert)


def _attach(alert: Alert, incident: Incident, *, is_consequence: bool = False) -> None:
    alert.incident, alert.is_consequence = incident, is_consequence
    alert.save(update_fields=["incident", "is_consequence"])


def _key(alert: Alert) -> str:
    """Alerts of one cause belong together, but not those of two machines."""
    host = alert.labels.get("host")
    return f"{alert.rule.cause}:{host}"[:128] if host else alert.rule.cause


def _title(alert: Alert) -> str:
    of = ", ".join(value for value in alert.labels.values() if value)
    return f"{alert.rule.title} ({of})"[:160] if of else alert.rule.title


def lasted(incident: Incident, *, at: datetime) -> str:
    """`4 min`: from when it began until it was over, or until now."""
    seconds = int(((incident.resolved_at or at) - incident.opened_at).total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"

"""Tells of incidents by notices: once when they begin, again if nobody answers, and when they are over."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from heliograph.monitor.alerts.incidents import RANK, going, lasted
from heliograph.monitor.alerts.models import Alert, Entry, Incident, Rule, Silence
from heliograph.monitor.alerts.silences import active, matches
from heliograph.monitor.alerts.terms import CRITICAL, INFO, WARNING
from heliograph.monitor.alerts.timeline import note
from heliograph.notices.message import iso
from heliograph.notices.raise_notice import Told, raise_notices
from heliograph.notices.topics import ESCALATED, OF_INCIDENTS

# What begins together is told together: a cause may be seen a look after what follows from it.
WAITS = timedelta(seconds=20)
RAISED = {INFO: WARNING, WARNING: CRITICAL, CRITICAL: CRITICAL}
Kind = Entry.Kind


def tell_going(*, at: datetime) -> None:
    """Tell what has begun, and again what nobody answers."""
    incidents = list(going().order_by("pk"))
    silences = active(at=at) if incidents else []
    for incident in incidents:
        alerts = list(incident.alerts.select_related("rule").order_by("is_consequence", "pk"))
        if not _is_silenced(incident, alerts, silences, at=at):
            _tell(incident, alerts, at=at)


def tell_ended(incidents: Sequence[Incident], *, at: datetime) -> None:
    """Tell that these are over, to those who were told of them, or who would have been by now."""
    for incident in incidents:
        if incident.silenced and not incident.told:
            continue
        alerts = list(incident.alerts.select_related("rule").order_by("is_consequence", "pk"))
        for topic in incident.told_by or [_topic(incident.severity)]:
            _raise(incident, alerts, "resolved", topic, at=at)


def _tell(incident: Incident, alerts: Sequence[Alert], *, at: datetime) -> None:
    topic = _topic(incident.severity)
    if not incident.told:
        if at - incident.seen_at >= WAITS:
            _raise(incident, alerts, "opened", topic, at=at)
    elif news := _news(incident):
        _raise(incident, alerts, news, topic, at=at)
    elif incident.state == Incident.State.OPEN and not incident.flapping:
        _remind(incident, alerts, at=at)


def _news(incident: Incident) -> str:
    """What has become of it since it was told."""
    lines = incident.entries.filter(at__gt=incident.told_at) if incident.told_at else incident.entries
    kinds = set(lines.values_list("kind", flat=True))
    if Kind.FLAPPING in kinds:
        return "flapping"
    if incident.flapping:
        return ""
    if Kind.REOPENED in kinds:
        return "reopened"
    told = max(RANK[one.removeprefix("incident.")] for one in incident.told_by if one != ESCALATED.name)
    return "raised" if RANK[incident.severity] > told and not incident.escalated_at else ""


def _remind(incident: Incident, alerts: Sequence[Alert], *, at: datetime) -> None:
    rule = next((alert.rule for alert in alerts if alert.rule.name == incident.rule_name), None)
    if rule is None or incident.told_at is None:
        return
    if _is_over(rule.escalate_minutes, incident.seen_at, at=at) and not incident.escalated_at:
        incident.escalated_at, incident.severity = at, RAISED[incident.severity]
        words = f"Nobody acknowledged it within {rule.escalate_minutes} minutes"
        note(incident.pk, Kind.ESCALATED, words, at=at)
        _raise(incident, alerts, "escalated", ESCALATED.name, at=at)
    elif _is_over(rule.repeat_minutes, incident.told_at, at=at):
        _raise(incident, alerts, "reminder", _topic(incident.severity), at=at)


def _is_over(minutes: int | None, since: datetime, *, at: datetime) -> bool:
    return minutes is not None and at - since >= timedelta(minutes=minutes)


def _is_silenced(
    incident: Incident, alerts: Sequence[Alert], silences: Sequence[Silence], *, at: datetime
) -> bool:
    """True while each alert that it is about is silenced; the time line tells when that begins and ends."""
    about = [alert for alert in alerts if not alert.is_consequence and alert.state == Alert.State.FIRING]
    by = [next((one for one in silences if matches(one, alert)), None) for alert in about or alerts]
    silenced = bool(by) and None not in by
    if silenced != incident.silenced:
        Incident.objects.filter(pk=incident.pk).update(silenced=silenced)
        incident.silenced = silenced
        first = by[0] if silenced else None
        words = f"{first.kind} {first.pk}: {first.why}" if first else "No silence holds any more"
        note(incident.pk, Kind.SILENCED if first else Kind.HEARD, words, at=at)
    return silenced


def _raise(incident: Incident, alerts: Sequence[Alert], state: str, topic: str, *, at: datetime) -> None:
    subject = f"incident:{incident.pk}" + (f":{incident.told}:{state}" if incident.told else "")
    payload = payload_of(incident, alerts, state, at=at)
    raise_notices([Told(topic, subject, payload)], at=at)
    incident.told, incident.told_at = incident.told + 1, at
    if topic not in incident.told_by:
        incident.told_by = [*incident.told_by, topic]
    incident.save(update_fields=["told", "told_at", "told_by", "severity", "escalated_at"])
    note(incident.pk, Kind.TOLD, f"{state}, as {topic}", at=at)


def payload_of(incident: Incident, alerts: Sequence[Alert], state: str, *, at: datetime) -> dict[str, object]:
    """What a notice says of it: what is wrong, what it mostly comes from, and what to do."""
    about = [alert for alert in alerts if not alert.is_consequence]
    rule: Rule | None = next((one.rule for one in about if one.rule.name == incident.rule_name), None)
    return {
        "incident": incident.pk,
        "state": state,
        "severity": incident.severity,
        "title": incident.title,
        "rule": incident.rule_name,
        "cause": incident.key,
        "since": iso(incident.opened_at),
        "until": iso(incident.resolved_at) if incident.resolved_at else None,
        "lasted": lasted(incident, at=at),
        "says": rule.says if rule else "",
        "comes_from": rule.comes_from if rule else "",
        "look": rule.look if rule else "",
        "remedy": rule.remedy if rule else "",
        "anchor": rule.anchor if rule else "",
        "alerts": _listed(about),
        "consequences": _listed([alert for alert in alerts if alert.is_consequence]),
    }


def _listed(alerts: Sequence[Alert]) -> list[dict[str, object]]:
    return [
        {
            "rule": alert.rule.name,
            "title": alert.rule.title,
            "labels": alert.labels,
            "value": alert.value,
            "words": alert.words,
        }
        for alert in alerts[:20]
    ]


def _topic(severity: str) -> str:
    return OF_INCIDENTS[severity].name

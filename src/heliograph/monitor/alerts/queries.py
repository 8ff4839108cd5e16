"""Questions about rules, incidents and silences, for pages, commands and the API."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from heliograph.monitor.alerts.heartbeat import find_heartbeat, where
from heliograph.monitor.alerts.incidents import find_incident, going
from heliograph.monitor.alerts.models import Alert, Heartbeat, Incident, Rule, Severity, Silence
from heliograph.monitor.alerts.rules import all_rules
from heliograph.monitor.alerts.silences import holds


@dataclass(frozen=True, slots=True)
class IncidentItem:
    """An incident in a list. `lasted_s`: None while it goes on; `alerts`: how many it is made of."""

    id: int
    state: str
    severity: str
    title: str
    rule: str
    cause: str
    opened_at: datetime
    seen_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    resolved_at: datetime | None
    lasted_s: float | None
    flapping: bool
    reopened: int
    silenced: bool
    told: int
    alerts: int
    absorbed_by: int | None


@dataclass(frozen=True, slots=True)
class AlertItem:
    """One alert of an incident. `value` is the newest that told something new; null: it has none."""

    rule: str
    title: str
    labels: dict[str, str]
    state: str
    severity: str
    since: datetime
    resolved_at: datetime | None
    unknown_since: datetime | None
    value: float | None
    worst: float | None
    words: str
    is_consequence: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the time line."""

    at: datetime
    kind: str
    words: str
    who: str


@dataclass(frozen=True, slots=True)
class Story:
    """All of an incident: what its rule says of it, its alerts, and its time line, oldest first."""

    incident: IncidentItem
    says: str
    comes_from: str
    look: str
    remedy: str
    anchor: str
    alerts: tuple[AlertItem, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RuleItem:
    """A rule, and whether it holds now: off, well, pending or firing."""

    rule: Rule
    state: str
    firing: int


@dataclass(frozen=True, slots=True)
class SilenceItem:
    """A silence, and whether it holds now: holds, waits or over."""

    silence: Silence
    state: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How many incidents go on of each severity; `worst` is empty where none does."""

    critical: int
    warning: int
    info: int
    unacknowledged: int
    worst: str


@dataclass(frozen=True, slots=True)
class HeartbeatItem:
    """The dead-man's switch. `state`: reached, failing, held or new; `where` tells no secret."""

    where: str
    method: str
    least_score: float
    state: str
    set_at: datetime
    tried_at: datetime | None
    reached_at: datetime | None
    failures: int
    error: str
    held: str


def incidents(
    *,
    states: Sequence[str] = (),
    severity: str | None = None,
    rule: str | None = None,
    since: datetime | None = None,
) -> QuerySet[Incident]:
    """Rows of incidents, each with how many alerts it is made of; newest first."""
    found = Incident.objects.annotate(number=Count("alerts")).order_by("-opened_at", "-pk")
    if states:
        found = found.filter(state__in=states)
    if severity:
        found = found.filter(severity=severity)
    if rule:
        found = found.filter(pk__in=Alert.objects.filter(rule__name=rule).values("incident"))
    return found.filter(opened_at__gte=since) if since else found


def list_incidents(
    *, every: bool = False, severity: str | None = None, limit: int = 50
) -> list[IncidentItem]:
    """Those that go on, or with `every` the newest of all."""
    states = () if every else Incident.GOING
    return [item_of(one) for one in incidents(states=states, severity=severity)[:limit]]


def read_incident(number: int) -> Story:
    """All of one, or NoSuchIncident."""
    incident = find_incident(number)
    alerts = list(incident.alerts.select_related("rule").order_by("is_consequence", "since", "pk"))
    rule = next((one.rule for one in alerts if one.rule.name == incident.rule_name), None)
    words = [getattr(rule, name, "") for name in ("says", "comes_from", "look", "remedy", "anchor")]
    lines = incident.entries.order_by("at", "pk").values_list("at", "kind", "words", "who")
    item = item_of(incident, alerts=len(alerts))
    return Story(item, *words, tuple(map(_alert, alerts)), tuple(Line(*line) for line in lines))


def list_rules() -> list[RuleItem]:
    """All rules by name, each with whether it holds. Two statements."""
    standing = Alert.objects.exclude(state=Alert.State.RESOLVED).values_list("rule", "state")
    states: dict[int, Counter[str]] = {}
    for rule, state in standing:
        states.setdefault(rule, Counter())[state] += 1
    return [_rule_item(rule, states.get(rule.pk, Counter())) for rule in all_rules()]


def rule_item(rule: Rule) -> RuleItem:
    """One rule, and whether it holds."""
    states = rule.alerts.exclude(state=Alert.State.RESOLVED).values_list("state", flat=True)
    return _rule_item(rule, Counter(states))


def list_silences(*, every: bool = False, at: datetime) -> list[SilenceItem]:
    """Those that hold or wait, or with `every` all; the newest first."""
    found = [silence_item(one, at=at) for one in Silence.objects.order_by("-pk")]
    return found if every else [one for one in found if one.state != "over"]


def silence_item(silence: Silence, *, at: datetime) -> SilenceItem:
    """One, and whether it holds."""
    return SilenceItem(silence, _state_of(silence, at=at))


def standing() -> Standing:
    """How many go on. One statement."""
    rows = going().values("severity").annotate(number=Count("pk"), open=Count("pk", filter=Q(state="open")))
    counts = {row["severity"]: row["number"] for row in rows}
    worst = next((one for one in reversed(Severity.values) if counts.get(one)), "")
    return Standing(
        **{name: counts.get(name, 0) for name in Severity.values},
        unacknowledged=sum(row["open"] for row in rows),
        worst=worst,
    )


def read_heartbeat() -> HeartbeatItem:
    """The dead-man's switch, or NoHeartbeat."""
    found = find_heartbeat()
    return HeartbeatItem(
        where=where(found),
        method=found.method,
        least_score=found.least_score,
        state=_state_of_heartbeat(found),
        set_at=found.set_at,
        tried_at=found.tried_at,
        reached_at=found.reached_at,
        failures=found.failures,
        error=found.error,
        held=found.held,
    )


def item_of(incident: Incident, *, alerts: int | None = None) -> IncidentItem:
    """A row as an item; it was read by `incidents`, or the number of its alerts is given."""
    over = incident.resolved_at
    same = ("state", "severity", "title", "opened_at", "seen_at", "acknowledged_at", "acknowledged_by")
    more = ("resolved_at", "flapping", "reopened", "silenced", "told")
    return IncidentItem(
        id=incident.pk,
        rule=incident.rule_name,
        cause=incident.key,
        lasted_s=max((over - incident.opened_at).total_seconds(), 0.0) if over else None,
        alerts=incident.number if alerts is None else alerts,
        absorbed_by=incident.absorbed_by_id,
        **{name: getattr(incident, name) for name in (*same, *more)},
    )


def _alert(alert: Alert) -> AlertItem:
    same = ("labels", "state", "since", "resolved_at", "unknown_since", "value", "worst", "words")
    return AlertItem(
        rule=alert.rule.name,
        title=alert.rule.title,
        severity=alert.rule.severity,
        is_consequence=alert.is_consequence,
        **{name: getattr(alert, name) for name in same},
    )


def _rule_item(rule: Rule, states: Counter[str]) -> RuleItem:
    firing = states[Alert.State.FIRING]
    state = "firing" if firing else "pending" if states[Alert.State.PENDING] else "well"
    return RuleItem(rule, state if rule.enabled else "off", firing)


def _state_of(silence: Silence, *, at: datetime) -> str:
    if holds(silence, at=at):
        return "holds"
    is_over = silence.ended_at is not None or (at >= silence.ends_at and not silence.every_days)
    return "over" if is_over else "waits"


def _state_of_heartbeat(found: Heartbeat) -> str:
    if found.held:
        return "held"
    if found.failures:
        return "failing"
    return "reached" if found.reached_at else "new"

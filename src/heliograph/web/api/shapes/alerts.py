"""Alert rules, incidents, silences, trends and the dead-man's switch."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed

SeverityName = Literal["info", "warning", "critical"]
IncidentState = Literal["open", "acknowledged", "resolved", "absorbed"]
RuleKind = Literal["threshold", "burn", "absence", "anomaly"]


class IncidentShape(Schema):
    """An incident. `opened_at`: when it began, `seen_at`: when that was seen; `lasted_s` is null
    while it goes on.

    `alerts`: how many it is made of; `absorbed_by`: the incident that turned out to be its cause.
    """

    id: int
    state: IncidentState
    severity: SeverityName
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


class IncidentList(Listed[IncidentShape]):
    """A page of incidents."""


class AlertOfIncident(Schema):
    """One alert of an incident. `value` is the newest that told something new; null: it has none.

    `unknown_since`: its measure is not known any more. `is_consequence`: it follows from the others.
    """

    rule: str
    title: str
    labels: dict[str, str]
    state: Literal["pending", "firing", "resolved"]
    severity: SeverityName
    since: datetime
    resolved_at: datetime | None
    unknown_since: datetime | None
    value: float | None
    worst: float | None
    words: str
    is_consequence: bool


class IncidentLine(Schema):
    """A line of the time line; `who` is empty where it was Heliograph itself."""

    at: datetime
    kind: str
    words: str
    who: str


class IncidentStory(Schema):
    """All of an incident: what it means, what to do, its alerts, and its time line, oldest first."""

    incident: IncidentShape
    says: str
    comes_from: str
    look: str
    remedy: str
    anchor: str
    alerts: list[AlertOfIncident]
    lines: list[IncidentLine]


class AlertRuleShape(Schema):
    """An alert rule. `state`: whether it holds now; `firing`: of how many series.

    `options` are those of its kind: `above` or `below` with `clear`; for `burn` also `objective` and
    `windows` of [short, long, times]; for `anomaly` `deviations`, `least`, `side` and `days`. `shipped`: it
    came with Heliograph, and of that `changed` are the fields that the owner has changed.
    """

    name: str
    title: str
    kind: RuleKind
    measure: str
    labels: dict[str, str]
    options: dict[str, object]
    for_seconds: int
    clear_seconds: int
    severity: SeverityName
    cause: str
    follows: list[str]
    repeat_minutes: int | None
    escalate_minutes: int | None
    says: str
    comes_from: str
    look: str
    remedy: str
    anchor: str
    enabled: bool
    shipped: bool
    changed: list[str]
    state: Literal["off", "well", "pending", "firing"]
    firing: int


class AlertRuleList(Listed[AlertRuleShape]):
    """A page of rules."""


class SilenceShape(Schema):
    """What is not told for a while. `rules`: patterns of names of rules or causes; neither they nor `labels`:
    everything."""

    id: int
    kind: Literal["silence", "maintenance"]
    state: Literal["holds", "waits", "over"]
    rules: list[str]
    labels: dict[str, str]
    begins_at: datetime
    ends_at: datetime
    every_days: int | None
    who: str
    why: str
    made_at: datetime
    ended_at: datetime | None


class SilenceList(Listed[SilenceShape]):
    """A page of silences."""


class TimesShape(Schema):
    """Seconds that something took, over so many; null over none."""

    number: int
    mean_s: float | None
    median_s: float | None


class NoiseShape(Schema):
    """How often a rule fired, as a cause or following from one, and in how many incidents that somebody
    acknowledged."""

    rule: str
    title: str
    severity: SeverityName
    fired: int
    followed: int
    answered: int
    median_s: float | None


class AlertTrendsShape(Schema):
    """How alerts went since a moment; noisiest rules first."""

    since: datetime
    incidents: int
    absorbed: int
    flapping: int
    silenced: int
    told: int
    to_acknowledge: TimesShape
    to_resolve: TimesShape
    noisiest: list[NoiseShape]


class HeartbeatShape(Schema):
    """The dead-man's switch; `where` is the host of its address. `held`: why nothing is sent now."""

    where: str
    method: Literal["GET", "POST"]
    least_score: float
    state: Literal["reached", "failing", "held", "new"]
    set_at: datetime
    tried_at: datetime | None
    reached_at: datetime | None
    failures: int
    error: str
    held: str


class HeartbeatTestShape(Schema):
    """Whether it was taken, and why not."""

    sent: bool
    error: str

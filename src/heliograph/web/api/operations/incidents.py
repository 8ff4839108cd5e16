"""Incidents: what is wrong or was, who is at it, and how alerts went."""

from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from heliograph.kit.clock import utc_now
from heliograph.monitor.alerts import incidents as verbs
from heliograph.monitor.alerts import queries
from heliograph.monitor.alerts.models import Incident
from heliograph.monitor.alerts.trends import trends
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import actor_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Line, Moment, Name, Paging, Told, Words
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.alerts import (
    AlertTrendsShape,
    IncidentList,
    IncidentShape,
    IncidentStory,
    SeverityName,
)
from heliograph.web.api.shapes.filled import filled

router = Router(tags=["alerts"])
NEWEST = Order("incidents", ("-opened_at", "-id"))


class AskedIncidents(Paging):
    """Which incidents; `rule`: of which it is made, among others."""

    shape: ClassVar[type] = IncidentShape
    state: Literal["going", "open", "acknowledged", "resolved", "absorbed"] | None = None
    severity: SeverityName | None = None
    rule: Name | None = None
    since: Moment | None = None


class AskedTrends(Schema):
    """Of how many days."""

    days: int = Field(30, ge=1, le=730)


class WordsTold(Told):
    """What there is to say of it."""

    words: Words = ""


class CommentTold(Told):
    """The line."""

    words: Line


@router.get("incidents", response=IncidentList, summary="What is wrong, and was")
@answers()
@needs("viewer")
def list_incidents(request: HttpRequest, asked: Query[AskedIncidents]) -> Page:
    """Newest first."""
    states = Incident.GOING if asked.state == "going" else [asked.state] if asked.state else ()
    found = queries.incidents(states=states, severity=asked.severity, rule=asked.rule, since=asked.since)
    return page_of(found, asked, NEWEST, queries.item_of)


@router.get("incidents/{incident_id}", response=IncidentStory, summary="One incident with its time line")
@answers()
@needs("viewer")
def get_incident(request: HttpRequest, incident_id: Id) -> queries.Story:
    """What it means, what to do, its alerts, and what became of it."""
    return queries.read_incident(incident_id)


@router.post("incidents/{incident_id}/acknowledge", response=IncidentShape, summary="Say that you are at it")
@idempotent
@needs("operator")
def acknowledge_incident(request: HttpRequest, incident_id: Id, told: WordsTold) -> dict[str, object]:
    """It is neither told again nor raised."""
    made = verbs.acknowledge(incident_id, who=actor_of(request).name, at=utc_now(), words=told.words)
    return _told(request, made, "incident.acknowledge")


@router.post("incidents/{incident_id}/comment", response=IncidentShape, summary="Add a line to its time line")
@idempotent
@needs("operator")
def comment_incident(request: HttpRequest, incident_id: Id, told: CommentTold) -> dict[str, object]:
    """Also to that of one that is over."""
    made = verbs.comment(incident_id, told.words, who=actor_of(request).name, at=utc_now())
    return _told(request, made, "incident.comment")


@router.post("incidents/{incident_id}/close", response=IncidentShape, summary="End an incident by hand")
@idempotent
@needs("operator")
def close_incident(request: HttpRequest, incident_id: Id, told: WordsTold) -> dict[str, object]:
    """As what is not known any more does not end by itself; what still holds opens it again."""
    made = verbs.close(incident_id, who=actor_of(request).name, at=utc_now(), words=told.words)
    return _told(request, made, "incident.close")


@router.get("alert-trends", response=AlertTrendsShape, summary="How alerts went")
@answers()
@needs("viewer")
def get_alert_trends(request: HttpRequest, asked: Query[AskedTrends]) -> object:
    """The noisiest rules, and how soon incidents were answered and over."""
    return trends(at=utc_now(), days=asked.days)


def _told(request: HttpRequest, incident: Incident, action: str) -> dict[str, object]:
    tell(request, action, f"incident {incident.pk}")
    item = queries.item_of(incident, alerts=incident.alerts.count())
    return filled(IncidentShape, item)

"""Incidents as sentences for people."""

from collections.abc import Mapping
from datetime import datetime

from heliograph.notices.moments import moment
from heliograph.notices.topics import ESCALATED, OF_INCIDENTS

Payload = Mapping[str, object]
INCIDENTS = (*(one.name for one in OF_INCIDENTS.values()), ESCALATED.name)
BEGINS = {
    "resolved": "Resolved",
    "reopened": "Again",
    "flapping": "Comes and goes",
    "reminder": "Still",
    "escalated": "Nobody is at it",
}
MOST = 5


def incident_title(payload: Payload) -> str:
    """`Critical: Redis does not answer`, `Resolved: Redis does not answer, it lasted 4 min`."""
    title = payload.get("title")
    if not title:
        return ""
    state, severity = str(payload.get("state")), str(payload.get("severity") or "").capitalize()
    if state == "resolved":
        return f"Resolved: {title}, it lasted {payload.get('lasted', '')}"
    began = BEGINS.get(state)
    return f"{severity}, {began[0].lower()}{began[1:]}: {title}" if began else f"{severity}: {title}"


def incident_lines(payload: Payload, at: datetime) -> list[str]:
    """What it means, what was measured, what it mostly comes from and what to do."""
    lines = [f"Since {moment(payload.get('since'), at=at)}" + _until(payload, at)]
    measured = [*_words(payload.get("alerts")), *_words(payload.get("consequences"), begin="It follows: ")]
    if payload.get("state") == "resolved":
        return [*lines, *measured[:MOST], f"Incident {payload.get('incident')}"]
    return [
        str(payload.get("says") or ""),
        *lines,
        *measured[:MOST],
        *(f"and {len(measured) - MOST} more" for _ in range(len(measured) > MOST)),
        f"Mostly: {payload['comes_from']}" if payload.get("comes_from") else "",
        f"What to do: {payload['remedy']}" if payload.get("remedy") else "",
        f"`heliograph incident show {payload.get('incident')}` tells all of it, `heliograph incident "
        f"acknowledge {payload.get('incident')}` says that you are at it.",
    ]


def _words(alerts: object, *, begin: str = "") -> list[str]:
    found = alerts if isinstance(alerts, list) else []
    return [f"{begin}{one.get('title')}: {one.get('words')}" for one in found if isinstance(one, Mapping)]


def _until(payload: Payload, at: datetime) -> str:
    return f" until {moment(payload['until'], at=at)}" if payload.get("until") else ""

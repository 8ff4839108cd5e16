"""The time line of an incident: what became of it, line by line."""

from datetime import datetime

from heliograph.monitor.alerts.models import Entry


def note(incident: int | None, kind: str, words: str = "", *, at: datetime, who: str = "") -> None:
    """Write a line; an alert without an incident has none."""
    if incident is not None:
        Entry.objects.create(incident_id=incident, at=at, kind=kind, words=words[:400], who=who[:120])

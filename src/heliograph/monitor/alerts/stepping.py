"""An alert goes on by one look: it waits, fires, is well again, is not known, or is not there any more."""

from datetime import datetime, timedelta

from heliograph.monitor.alerts.conditions import Judged, number
from heliograph.monitor.alerts.models import Alert, Entry
from heliograph.monitor.alerts.timeline import note

# What is not measured any more, and what there is nothing of to measure, is over after this, and its incident
# says so.
GONE = timedelta(minutes=15)
# So much worse than what the time line told last is worth a line.
WORTH = 1.5


def step(alert: Alert, judged: Judged | None, *, at: datetime) -> None:
    """Bring an alert up to date; None: it was looked for, and is not measured.

    An alert that does not fire yet is deleted where it is well. What is not known neither fires nor ends;
    where there is nothing to measure any more it ends after a while.
    """
    if judged is None:
        _not_there(alert, "it is not measured any more", at=at)
    elif judged.is_idle:
        _not_there(alert, judged.words, at=at)
    elif judged.holds is None:
        _unknown(alert, judged, at=at)
    elif judged.holds:
        _holds(alert, judged, at=at)
    else:
        _is_well(alert, judged, at=at)


def is_due(alert: Alert, *, at: datetime) -> bool:
    """True if it has held for long enough to fire."""
    waits = alert.state == Alert.State.PENDING and alert.unknown_since is None and alert.gone_since is None
    return waits and at - alert.since >= timedelta(seconds=alert.rule.for_seconds)


def resolve(alert: Alert, *, at: datetime, over: datetime, words: str) -> None:
    """It is over, since that moment."""
    alert.state, alert.resolved_at, alert.words = Alert.State.RESOLVED, max(over, alert.since), words[:400]
    alert.save()
    if alert.incident_id:
        note(alert.incident_id, Entry.Kind.CLEARED, f"{alert.rule.title}: {words}", at=at)


def _not_there(alert: Alert, words: str, *, at: datetime) -> None:
    if alert.state == Alert.State.PENDING:
        alert.delete()
    elif alert.gone_since is None:
        alert.gone_since, alert.clear_since, alert.unknown_since = at, None, None
        alert.save(update_fields=["gone_since", "clear_since", "unknown_since"])
        note(alert.incident_id, Entry.Kind.UNKNOWN, f"{alert.rule.title}: {words}", at=at)
    elif at - alert.gone_since >= GONE:
        resolve(alert, at=at, over=at, words=words)


def _unknown(alert: Alert, judged: Judged, *, at: datetime) -> None:
    if alert.unknown_since is not None:
        waits = timedelta(seconds=alert.rule.for_seconds)
        if alert.state == Alert.State.PENDING and at - alert.unknown_since > waits:
            # What has held by then would be seen anew: that it held all the while nobody knows.
            alert.delete()
        return
    alert.unknown_since, alert.clear_since, alert.gone_since = at, None, None
    alert.save(update_fields=["unknown_since", "clear_since", "gone_since"])
    note(alert.incident_id, Entry.Kind.UNKNOWN, f"{alert.rule.title}: not known, {judged.words}", at=at)


def _holds(alert: Alert, judged: Judged, *, at: datetime) -> None:
    was_away = alert.unknown_since is not None or alert.gone_since is not None
    if was_away and alert.state == Alert.State.FIRING:
        note(alert.incident_id, Entry.Kind.KNOWN, f"{alert.rule.title}: {judged.words}", at=at)
    worse = _is_worse(alert, judged.value, than=alert.worst)
    is_news = alert.state == Alert.State.FIRING and _is_much_worse(alert, judged.value)
    if not (was_away or alert.clear_since or worse or is_news):
        return
    alert.unknown_since = alert.clear_since = alert.gone_since = None
    alert.value, alert.words = judged.value, judged.words[:400]
    alert.worst = judged.value if worse else alert.worst
    if is_news:
        alert.noted = judged.value
        note(alert.incident_id, Entry.Kind.CHANGED, f"{alert.rule.title}: {judged.words}", at=at)
    alert.save()


def _is_well(alert: Alert, judged: Judged, *, at: datetime) -> None:
    if alert.state == Alert.State.PENDING:
        alert.delete()
        return
    since = alert.clear_since or at
    if at - since >= timedelta(seconds=alert.rule.clear_seconds):
        worst = "" if alert.worst is None else f", at worst {number(alert.worst)}"
        resolve(alert, at=at, over=since, words=f"{judged.words}{worst}")
    elif alert.clear_since is None:
        alert.clear_since, alert.unknown_since, alert.gone_since = at, None, None
        alert.save(update_fields=["clear_since", "unknown_since", "gone_since"])


def _is_worse(alert: Alert, value: float | None, *, than: float | None) -> bool:
    if value is None:
        return False
    if than is None:
        return True
    return value < than if "below" in alert.rule.options else value > than


def _is_much_worse(alert: Alert, value: float | None) -> bool:
    if value is None or alert.noted is None or not _is_worse(alert, value, than=alert.noted):
        return False
    low, high = sorted((abs(value), abs(alert.noted)))
    return high >= WORTH * low

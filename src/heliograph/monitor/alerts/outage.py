"""The database was away: nothing could be written then, so it is told on stderr, and stored afterwards."""

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from heliograph.monitor.alerts.models import Alert, Outage, Rule

RULE = "database-down"
log = logging.getLogger(__name__)


def tell_away(*, since: datetime, at: datetime, reason: str) -> None:
    """One line of JSON for whoever reads the log: nobody else can be told."""
    told = {
        "event": "incident.database-away",
        "severity": "critical",
        "since": since.isoformat(),
        "seconds": round((at - since).total_seconds(), 1),
        "reason": reason[:300],
    }
    log.critical(json.dumps(told))


def keep_outage(*, since: datetime, until: datetime, reason: str) -> None:
    """The database is back: store that it was away. Several processes may have seen the same."""
    Outage.objects.create(since=since, until=until, reason=reason[:300])


def take_outages(rules: Sequence[Rule]) -> bool:
    """Make an alert of outages stored since the last look, with their true begin; True if it did."""
    found = list(Outage.objects.select_for_update().filter(taken=False).order_by("since"))
    if not found:
        return False
    Outage.objects.filter(pk__in=[one.pk for one in found]).update(taken=True)
    rule = next((one for one in rules if one.name == RULE and one.enabled), None)
    since, until = found[0].since, max(one.until for one in found)
    if rule is None or until - since < timedelta(seconds=rule.for_seconds):
        return False
    if Alert.objects.filter(rule=rule).exclude(resolved_at__lt=since).exists():
        return False
    words = f"it did not answer for {(until - since).total_seconds():.0f} s: {found[0].reason}"
    told = {"value": 0.0, "worst": 0.0, "words": words[:400]}
    # It is well again already: it was over with the last of them.
    Alert.objects.create(rule=rule, key="", since=since, clear_since=until, **told)
    return True

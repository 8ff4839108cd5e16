"""What the house has of alerts: an incident, one that is over, a silence, a rule and a dead-man's switch."""

from datetime import timedelta

from heliograph.kit.clock import utc_now
from heliograph.monitor.alerts.heartbeat import set_heartbeat
from heliograph.monitor.alerts.models import Alert, Entry, Incident
from heliograph.monitor.alerts.rules import add_rule, find_rule
from heliograph.monitor.alerts.silences import Hush, add_silence
from heliograph.monitor.alerts.terms import Terms

OWN = Terms(
    title="Few signals", kind="threshold", measure="generation_published", severity="info", cause="few",
    says="Hardly any signal was published.", options={"below": 1},
)  # fmt: skip


def alerts(rule_name="few-signals"):
    """Ids by the names that addresses are filled in with."""
    at = utc_now()
    rule = find_rule("redis-down")
    same = {
        "rule_name": rule.name,
        "title": rule.title,
        "severity": "critical",
        "opened_at": at,
        "seen_at": at,
    }
    over = Incident.objects.create(key="redis", state="resolved", resolved_at=at, **same)
    going = Incident.objects.create(key="redis", **same)
    Alert.objects.create(rule=rule, key="", state="firing", since=at, fired_at=at, incident=going, value=0)
    Entry.objects.create(incident=going, at=at, kind="opened", words=rule.title)
    silence = add_silence(Hush(begins_at=at, ends_at=at + timedelta(hours=1), why="a test"), who="ada", at=at)
    # Nobody listens there.
    set_heartbeat({"url": "http://127.0.0.1:9/ping", "allow_private": ["127.0.0.1"]}, at=at)
    return {
        "incident": going.pk,
        "over": over.pk,
        "silence": silence.pk,
        "tomorrow": (at + timedelta(days=1)).isoformat(),
        "rule": add_rule(rule_name, OWN).name,
    }

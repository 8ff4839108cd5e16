"""Each page asks the database as often over ten times the rows as over one: no list is a loop."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver

from heliograph.fleet.models import Job, Node, Rescue, Ring, ScalingAction, Work
from heliograph.kit.clock import utc_now
from heliograph.market.models import Batch, Instrument, Replay, Series
from heliograph.monitor.alerts.models import Alert, Entry, Incident
from heliograph.monitor.alerts.rules import find_rule
from heliograph.notices.models import Channel, Notice
from heliograph.reports.sums import fold
from heliograph.signals.generate import generate
from heliograph.signals.models import Signal
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, NOW, feed, make_venue, walk
from tests.web.test_monitoring_pages import keep_look
from tests.web.workshop import make_workshop
from tests.web.world import make_world

pytestmark = pytest.mark.django_db
# What the name of a parameter in an address means, as a value that exists.
VALUES = {
    "signal_id": lambda: Signal.objects.filter(state="published").earliest("pk").pk,
    "instrument_id": lambda: Instrument.objects.earliest("pk").pk,
    "replay_id": lambda: Replay.objects.earliest("pk").pk,
    "series_id": lambda: Series.objects.earliest("pk").pk,
    "batch_id": lambda: Batch.objects.earliest("pk").pk,
    "job_id": lambda: Job.objects.earliest("pk").pk,
    "incident_id": lambda: Incident.objects.earliest("pk").pk,
    "name": lambda: "Busy",
}
# What else stands in addresses: the first of its kind, or none.
FIRST = 1
# Addresses whose parameter of that name is something else.
TABS = {
    "work": ("queues", "jobs", "nodes", "placement", "scaling", "cache", "evaluations"),
    "monitoring-live": ("now", "incidents", "trends", "coverage", "machine", "advice", "frame"),
    "monitoring-measure": ("redis_up",),
    "notices-tab": ("subscriptions", "channels", "log", "inbound"),
}
NO_PAGES = ("api", "static", "media")


def addresses():
    """The addresses of all pages that can be asked for by GET, by route."""
    found = {}
    for pattern in _patterns(get_resolver()):
        route = str(pattern.pattern)
        if route.startswith(NO_PAGES) or "." in route:
            continue
        names = pattern.pattern.converters
        for tab in TABS.get(pattern.name, ("",)):
            values = {name: VALUES.get(name, lambda: FIRST)() for name in names}
            if tab:
                values["name"] = tab
            found[f"{route} {tab}".strip()] = "/" + filled(route, values)
    return found


def filled(route, values):
    """A route with values in the place of its parameters."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)


def _patterns(resolver):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif not str(pattern.pattern):
            yield from _patterns(pattern)


def asked(client, address):
    """How often a page asks the database, what it asks, and its status."""
    if address.startswith("/monitoring/"):
        # Else everything is measured anew, which asks as often as there is something to measure.
        keep_look(utc_now())
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(address)
    return len(seen), answer.status_code, [query["sql"] for query in seen]


def grow():
    """Ten times as many strategies, instruments, signals, jobs, nodes and notices."""
    now = utc_now()
    batch, instruments = make_venue("other", symbols=[f"C{number:02d}/USDT" for number in range(20)])
    feed(batch, instruments, walk(11, 300, instruments=20))
    for number in range(10):
        add_strategy(text=BUSY.replace('"Busy"', f'"Busy {number}"'), stage="shadow", at=NOW)
    for number in range(3):
        add_strategy(text=BUSY.replace("cooldown = 3", f"cooldown = {4 + number}"), stage="shadow", at=NOW)
    generate(at=NOW)
    # Whoever asks while many wait adds them up first.
    fold()
    for number in range(40):
        at = now - timedelta(minutes=number)
        name = f"many:worker-{number}"
        Node.objects.create(
            name=name, host="many", pid=1, queues=["generate"], started_at=at, heartbeat_at=now
        )
        Job.objects.create(kind="backtest", title=f"Backtest {number}", created_at=at)
        Work.objects.create(kind="generate", key=f"shard:{100 + number}", state="failed", started_at=at)
        Ring.objects.create(name="close 5m", due_at=at, epoch=1, rung_at=at)
        Rescue.objects.create(concern="generate", reason="its message was lost", pieces=1, at=at)
        ScalingAction.objects.create(pool="local", before=1, after=2, reason="due work is old", at=at)
        Channel.objects.create(name=f"channel {number}", kind="log", created_at=at)
        Notice.objects.create(topic="signal.published", subject=f"{number}", payload={}, created_at=at)
        add_incident(f"redis:{number}", at)


def add_incident(key, at):
    """One that goes on, with an alert and a line."""
    rule = find_rule("redis-down")
    facts = {"rule_name": rule.name, "title": rule.title, "severity": rule.severity}
    one = Incident.objects.create(**facts, key=key, opened_at=at, seen_at=at)
    Alert.objects.create(rule=rule, key=key, state="firing", since=at, fired_at=at, incident=one)
    Entry.objects.create(incident=one, at=at, kind="opened")


def test_no_page_asks_more_often_over_ten_times_the_rows(client):
    make_world(symbols=("A/USDT", "B/USDT"))
    make_workshop()
    Channel.objects.create(name="log", kind="log", created_at=NOW)
    Notice.objects.create(topic="signal.published", subject="one", payload={}, created_at=NOW)
    add_incident("redis", utc_now())
    few = {route: asked(client, address) for route, address in addresses().items()}

    grow()
    # On a busy machine they would be lost by now, and pages look longer where nobody works.
    Node.objects.update(heartbeat_at=utc_now() + timedelta(minutes=5))

    many = {route: asked(client, address) for route, address in addresses().items()}
    more = {route: (few[route][0], count) for route, (count, _, _) in many.items() if count > few[route][0]}
    assert more == {}
    broken = {route: status for route, (_, status, _) in many.items() if status >= 500 and route != "readyz"}
    assert broken == {}
    shown = [route for route, (_, status, _) in many.items() if status == 200]
    assert len(shown) > 30

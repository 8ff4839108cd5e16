"""The drill `watch` in small: faults planted in rows, looks by the real probes, incidents and their ends.

The whole drill breaks real servers and processes: `make drill NAME=watch`.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from heliograph.fleet import nodes
from heliograph.fleet.models import Node, Ring, Work
from heliograph.monitor.alerts.models import Incident
from heliograph.monitor.alerts.rules import all_rules, change_rule
from heliograph.monitor.take import keep_look
from heliograph.notices.channel import add_channel
from heliograph.notices.models import Channel
from heliograph.workers.schedule import Every
from tests.monitor.alerts.looking import going, told
from tests.monitor.looking import GROUND, NOON

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
# What is not of these rows: the machine that the test runs on.
OF_THE_MACHINE = ("load-high", "memory-short", "disk-filling", "clock-skewed", "database-slow")


def worker_falls_silent():
    Node.objects.update(heartbeat_at=NOON - timedelta(minutes=5))
    return lambda: Node.objects.update(heartbeat_at=NOON + timedelta(days=1))


def work_is_parked():
    Work.objects.create(kind="generate", key="shard:1", state=Work.State.PARKED, started_at=NOON)
    return lambda: Work.objects.all().delete()


def channel_fails():
    Channel.objects.update(failures=3)
    return lambda: Channel.objects.update(failures=0)


def nobody_rings():
    Ring.objects.update(due_at=NOON - timedelta(minutes=10))
    return lambda: Ring.objects.update(due_at=NOON + timedelta(days=1))


FAULTS = {
    worker_falls_silent: "no-workers",
    work_is_parked: "work-parked",
    channel_fails: "channel-failing",
    nobody_rings: "timetable-late",
}


@pytest.fixture
def look():
    """Looks every thirty seconds."""
    for rule in all_rules():
        change_rule(rule.name, {"enabled": rule.name not in OF_THE_MACHINE})
    nodes.register("one", queues=list(GROUND.concerns), capacity=1, at=NOON + timedelta(days=1))
    Ring.objects.create(name="a", due_at=NOON + timedelta(days=1), epoch=1, rung_at=NOON)
    add_channel("desk", kind="log", options={}, at=NOON)
    lines, moments = {"a": Every(10).next}, iter(range(30, 10_000, 30))

    def call(times=1):
        for _ in range(times):
            keep_look(replace(GROUND, at=NOON + next(moments) * SECOND, timetable=lambda: lines))
        return going()

    assert call(times=4) == []
    return call


@pytest.mark.parametrize("break_it", FAULTS, ids=lambda one: one.__name__)
def test_each_fault_is_named_told_once_and_over_when_it_is_mended(look, break_it):
    mend = break_it()
    assert look(times=5) == [FAULTS[break_it]]
    incident = Incident.objects.get()
    mend()
    assert look(times=4) == []
    severity = incident.severity
    assert [(topic, state) for topic, state, _ in told()] == [
        (f"incident.{severity}", "opened"),
        (f"incident.{severity}", "resolved"),
    ]

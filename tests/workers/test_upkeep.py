"""What has had its time is removed, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.fleet.models import Job, Node, PlacementDecision, Rescue, Ring, ScalingAction
from heliograph.market.models import Venue
from heliograph.monitor.alerts.models import Incident, Silence
from heliograph.monitor.models import Machine
from heliograph.monitor.tuning.models import Act, Growth, Repeat
from heliograph.notices.models import Channel, Delivery, Notice, Sending, Try
from heliograph.research.models import StoredBacktest
from heliograph.workers.retention.chosen import parse
from heliograph.workers.upkeep import forget_old

NOW = datetime(2026, 6, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def ago(**span):
    return NOW - timedelta(**span)


def test_each_kind_of_row_goes_after_its_time():
    for at in (ago(minutes=59), ago(minutes=61)):
        Ring.objects.create(name="a", due_at=at, epoch=1, rung_at=at)
    for at in (ago(days=6), ago(days=8)):
        PlacementDecision.objects.create(key="a", to_node="b", strategy="c", reason="d", at=at)
    for at in (ago(days=29), ago(days=31)):
        Rescue.objects.create(concern="generate", reason="lost", pieces=1, at=at)
    for at in (ago(days=89), ago(days=91)):
        ScalingAction.objects.create(pool="a", before=1, after=2, reason="b", at=at)
        Job.objects.create(kind="a", title="b", state="done", created_at=at, finished_at=at)
    Job.objects.create(kind="a", title="waits", created_at=ago(days=200))
    for name, at in (("a", ago(days=29)), ("b", ago(days=31))):
        Repeat.objects.create(place=name, statement="", seen=1, most=20, first_at=at, newest_at=at)
    for name, at in (("a", ago(hours=23)), ("b", ago(hours=25))):
        Growth.objects.create(process=name, kind="web", warm_at=at, warm_bytes=1, at=at, now_bytes=1)
        Machine.objects.create(host=name, at=at)
    for at in (ago(days=730), ago(days=732)):
        Act.objects.create(at=at, by="a", kind="b", subject="c", statement="d", state="done", seconds=1)
    for at in (ago(days=730), ago(days=732)):
        same = {"key": f"a{at}", "rule_name": "a", "title": "a", "severity": "info", "state": "resolved"}
        Incident.objects.create(opened_at=at, seen_at=at, resolved_at=at, **same)
        held = {"begins_at": at - timedelta(hours=1), "ends_at": at, "made_at": at}
        Silence.objects.create(who="a", why="b", **held)
    for name, at in (("here", ago(hours=1)), ("gone", ago(days=2))):
        Node.objects.create(name=name, host="a", pid=1, queues=[], started_at=at, heartbeat_at=at)

    assert forget_old(at=NOW) == {
        "rings": 1,
        "placement decisions": 1,
        "rescues": 1,
        "scaling actions": 1,
        "jobs": 1,
        "messages": 0,
        "deliveries": 0,
        "notices": 0,
        "alerts": 0,
        "repeated statements": 1,
        "processes": 1,
        "machines": 1,
        "acts of tuning": 1,
        "checkpoints": 0,
        "incidents": 1,
        "silences": 1,
        "outages": 0,
        "nodes": 1,
        "differences of counts": 0,
        "days of quality": 0,
        "reports": 0,
    }
    assert set(forget_old(at=NOW).values()) == {0}
    assert Job.objects.count() == 2


def noticed(subject, *, days, topic="signal.published"):
    return Notice.objects.create(
        topic=topic, subject=subject, payload={}, created_at=ago(days=days), spread=True
    )


def sent(channel, subject, *, days, state="sent", topic="signal.settled"):
    """A notice that was sent, or given up, so long ago."""
    at = ago(days=days)
    facts = {"state": state, "not_before": at, "made_at": at, "created_at": at}
    sending = Sending.objects.create(channel=channel, key=subject, topic="a", subject=subject, **facts)
    Sending.objects.filter(pk=sending.pk, state="sent").update(sent_at=at)
    sending.log.create(at=at, seconds=0.1, result="sent")
    told = noticed(subject, days=days, topic=topic)
    Delivery.objects.create(notice=told, channel=channel, sending=sending, state=state, not_before=at)


def test_what_was_sent_goes_after_its_days_and_what_was_given_up_after_half_a_year():
    channel = Channel.objects.create(name="log", kind="log", created_at=ago(days=300))
    for subject, days, state in (
        ("sent lately", 89, "sent"),
        ("sent before", 91, "sent"),
        ("failed", 179, "failed"),
        ("failed long ago", 181, "failed"),
        ("waits", 250, "pending"),
    ):
        sent(channel, subject, days=days, state=state)
    given_up = {"channel": channel, "state": "failed"}
    Delivery.objects.create(
        notice=noticed("never tried", days=181, topic="data.stale"), not_before=ago(days=181), **given_up
    )

    told = forget_old(at=NOW)

    assert (told["deliveries"], told["notices"]) == (1, 3)
    kept = ["sent lately", "failed", "waits"]
    assert list(Sending.objects.order_by("pk").values_list("subject", flat=True)) == kept
    assert list(Notice.objects.order_by("pk").values_list("subject", flat=True)) == kept
    assert (Delivery.objects.count(), Try.objects.count()) == (3, 3)


def test_the_days_are_a_setting():
    channel = Channel.objects.create(name="log", kind="log", created_at=ago(days=300))
    sent(channel, "a", days=8)
    assert forget_old(at=NOW, kept=parse(["notices=9", "messages=9"]))["notices"] == 0
    assert forget_old(at=NOW, kept=parse(["notices=7", "messages=7"]))["notices"] == 1


def test_the_notice_of_a_signal_stays_until_its_end_was_told():
    noticed("open", days=300)
    noticed("ended", days=300)
    noticed("ended", days=200, topic="signal.settled")
    noticed("ended lately", days=300)
    noticed("ended lately", days=10, topic="signal.settled")
    noticed("endless", days=800)

    forget_old(at=NOW)

    assert list(Notice.objects.values_list("topic", "subject").order_by("pk")) == [
        ("signal.published", "open"),
        ("signal.settled", "ended lately"),
    ]


def test_the_job_of_a_stored_backtest_stays_and_holds_up_nothing():
    job = Job.objects.create(
        kind="backtest", title="b", state="done", created_at=ago(days=99), finished_at=ago(days=99)
    )
    venue = Venue.objects.create(name="here", kind="files")
    StoredBacktest.objects.create(
        name="a",
        timeframe="1m",
        text="",
        digest="",
        venue=venue,
        instruments=[],
        origins=[],
        untils=[],
        bars=[],
        request_digest="",
        stamp="",
        engine_version="",
        job=job,
        created_at=ago(days=99),
    )
    Node.objects.create(
        name="gone", host="a", pid=1, queues=[], started_at=ago(days=2), heartbeat_at=ago(days=2)
    )

    told = forget_old(at=NOW)

    assert (told["jobs"], told["nodes"]) == (0, 1)

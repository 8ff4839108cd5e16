"""What has had its time is removed, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.fleet.models import Job, Node, PlacementDecision, Rescue, Ring, ScalingAction
from heliograph.market.models import Venue
from heliograph.notices.models import Channel, Delivery, Notice
from heliograph.research.models import StoredBacktest
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
    for name, at in (("here", ago(hours=1)), ("gone", ago(days=2))):
        Node.objects.create(name=name, host="a", pid=1, queues=[], started_at=at, heartbeat_at=at)

    assert forget_old(at=NOW) == {
        "rings": 1,
        "placement decisions": 1,
        "rescues": 1,
        "scaling actions": 1,
        "jobs": 1,
        "deliveries": 0,
        "checkpoints": 0,
        "nodes": 1,
    }
    assert set(forget_old(at=NOW).values()) == {0}
    assert Job.objects.count() == 2


def test_deliveries_that_were_given_up_stay_to_be_seen():
    channel = Channel.objects.create(name="log", kind="log", created_at=ago(days=100))
    notice = Notice.objects.create(topic="a", subject="b", payload={}, created_at=ago(days=90))
    other = Notice.objects.create(topic="a", subject="c", payload={}, created_at=ago(days=90))
    old = {"channel": channel, "not_before": ago(days=90)}
    Delivery.objects.create(notice=notice, state="sent", sent_at=ago(days=31), **old)
    Delivery.objects.create(notice=other, state="failed", **old)

    assert forget_old(at=NOW)["deliveries"] == 1
    assert list(Delivery.objects.values_list("state", flat=True)) == ["failed"]


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

"""What was there before subscriptions goes on as it went."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from heliograph.notices.deliver import deliver_due
from heliograph.notices.message import Message
from heliograph.notices.models import Delivery, Sending, Subscription

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
BEFORE = [("notices", "0002_leases")]


@pytest.fixture
def before(transactional_db):
    """The rows as they were before; afterwards all migrations are back."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    yield executor.loader.project_state(BEFORE).apps
    call_command("migrate", verbosity=0)


def test_each_channel_gets_a_subscription_with_its_topics_and_what_waits_arrives(before, tmp_path):
    channels, notices, deliveries = (
        before.get_model("notices", name).objects for name in ("Channel", "Notice", "Delivery")
    )
    path = tmp_path / "audit.jsonl"
    audit = channels.create(
        name="audit", kind="log", options={"file": str(path)}, topics=["signal.*"], created_at=NOON
    )
    every = channels.create(name="every", kind="log", created_at=NOON)
    waits, tried, arrived, failed = (
        notices.create(topic="signal.published", subject=name, payload={}, created_at=NOON, spread=True)
        for name in ("waits", "tried", "arrived", "failed")
    )
    facts = {"channel": audit, "not_before": NOON}
    deliveries.create(notice=waits, **facts)
    deliveries.create(notice=tried, tries=2, epoch=2, error="It did not answer.", **facts)
    deliveries.create(notice=arrived, tries=1, state="sent", sent_at=NOON, **facts)
    deliveries.create(notice=failed, tries=10, state="failed", error="Refused.", **facts)

    call_command("migrate", verbosity=0)

    asked = Subscription.objects.order_by("channel").values_list(
        "channel", "audience", "topics", "created_at"
    )
    assert list(asked) == [(audit.pk, "", ["signal.*"], NOON), (every.pk, "", [], NOON)]
    stood = {
        row.notice.subject: (
            row.state,
            row.sending and (row.sending.state, row.sending.tries, row.sending.error),
        )
        for row in Delivery.objects.select_related("notice", "sending")
    }
    assert stood == {
        "waits": ("pending", None),
        "tried": ("pending", ("pending", 2, "It did not answer.")),
        "arrived": ("sent", ("sent", 1, "")),
        "failed": ("failed", ("failed", 10, "Refused.")),
    }
    # Receivers know repeats by the ids of before.
    assert Sending.objects.get(subject="tried").key == Message("signal.published", "tried", {}, NOON).id
    assert deliver_due(at=NOON + timedelta(minutes=1)).sent == 2
    assert [line.count('"subject": "tried"') for line in path.read_text().splitlines()] == [1, 0]


def test_the_way_back_keeps_topics_and_tries(before, tmp_path):
    channels = before.get_model("notices", "Channel").objects
    channel = channels.create(name="audit", kind="log", topics=["signal.*"], created_at=NOON)
    notice = before.get_model("notices", "Notice").objects.create(
        topic="signal.published", subject="a", payload={}, created_at=NOON, spread=True
    )
    deliveries = before.get_model("notices", "Delivery").objects
    deliveries.create(notice=notice, channel=channel, tries=1, state="sent", sent_at=NOON, not_before=NOON)
    call_command("migrate", verbosity=0)

    MigrationExecutor(connection).migrate(BEFORE)

    assert channels.get().topics == ["signal.*"]
    row = deliveries.get()
    assert (row.state, row.tries, row.sent_at) == ("sent", 1, NOON)

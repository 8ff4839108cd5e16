"""Each slot of the timetable is rung once, by the leader alone."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from heliograph.fleet.models import Ring
from heliograph.workers.lease import HeldLease

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def url(servers, settings):
    name = settings.DATABASES["default"]["NAME"]
    return servers["database_url"].replace("/heliograph?", f"/{name}?")


@pytest.fixture
def leader(url):
    lease = HeldLease.attempt(url, name="beat")
    yield lease
    lease.release()


def slots(*names, minutes=0):
    return [(name, NOON + timedelta(minutes=minutes)) for name in names]


def test_a_slot_is_rung_once(leader):
    assert leader.claim(slots("a", "b"), at=NOON) == {"a", "b"}
    assert leader.claim(slots("a", "b", "c"), at=NOON) == {"c"}
    assert leader.claim(slots("a", minutes=1), at=NOON) == {"a"}
    assert Ring.objects.count() == 4


def test_a_beat_that_was_paused_cannot_ring(leader, url):
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("UPDATE workers_lease SET epoch = epoch + 1")

    assert leader.claim(slots("a"), at=NOON) == set()
    assert not Ring.objects.exists()


def test_another_leader_does_not_ring_again_what_was_rung(leader, url):
    leader.claim(slots("a"), at=NOON)
    leader.release()
    # The server notices a moment later that the session has ended.
    second = HeldLease.attempt(url, name="beat", wait_ms=5_000)

    assert second.claim(slots("a", "b"), at=NOON) == {"b"}
    second.release()


def test_who_waits_in_line_leads_as_soon_as_the_leader_is_gone(leader, url):
    assert HeldLease.attempt(url, name="beat", wait_ms=50) is None
    leader.release()

    second = HeldLease.attempt(url, name="beat", wait_ms=5_000)
    assert second.epoch == leader.epoch + 1
    second.release()

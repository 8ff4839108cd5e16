"""Only one leads, and one that was cut off knows it."""

import psycopg
import pytest

from heliograph.kit.wait import wait_until
from heliograph.workers.lease import HeldLease


@pytest.fixture
def url(transactional_db, servers, settings):
    name = settings.DATABASES["default"]["NAME"]
    return servers["database_url"].replace("/heliograph?", f"/{name}?")


def test_a_post_is_held_by_one(url):
    first = HeldLease.attempt(url, name="beat")

    assert HeldLease.attempt(url, name="beat") is None
    assert (first.epoch, first.still_held()) == (1, True)

    first.release()
    # The server frees it when its process has ended, a moment behind the line.
    second = HeldLease.attempt(url, name="beat", wait_ms=10_000)
    assert second.epoch == 2
    second.release()


def test_two_posts_are_independent(url):
    held = [HeldLease.attempt(url, name=name) for name in ("beat", "sweep")]

    assert [lease.epoch for lease in held] == [1, 1]
    for lease in held:
        lease.release()


def test_a_holder_whose_session_was_ended_learns_that_another_leads(url):
    old = HeldLease.attempt(url, name="beat")
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND pid <> pg_backend_pid() "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    taken = []

    def another():
        taken.append(HeldLease.attempt(url, name="beat"))
        return taken[-1]

    assert wait_until(another, seconds=60)
    assert (old.still_held(), taken[-1].still_held(), taken[-1].epoch) == (False, True, 2)
    for lease in (old, taken[-1]):
        lease.release()


def test_a_holder_whose_machine_vanished_is_missed_within_seconds(url):
    held = HeldLease.attempt(url, name="beat")

    # Over a Unix socket the figures read 0; who set them is told all the same.
    asked = "SELECT name, source FROM pg_settings WHERE name LIKE 'tcp_keepalives%' ORDER BY name"
    assert held._session.execute(asked).fetchall() == [
        ("tcp_keepalives_count", "session"),
        ("tcp_keepalives_idle", "session"),
        ("tcp_keepalives_interval", "session"),
    ]
    held.release()

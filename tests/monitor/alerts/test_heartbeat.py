"""The dead-man's switch is told while all works, by the one guard before what goes out."""

from datetime import timedelta

import pytest

from benchmarks.drills.parts.receiver import Reply, receiving
from heliograph.monitor.alerts.errors import BadHeartbeat, NoHeartbeat
from heliograph.monitor.alerts.heartbeat import remove_heartbeat, send_heartbeat, set_heartbeat, try_heartbeat
from heliograph.monitor.alerts.queries import read_heartbeat
from heliograph.monitor.measure import known
from heliograph.monitor.store import write
from heliograph.monitor.take import SCORE
from tests.monitor.alerts.looking import MINUTE, NOON
from tests.monitor.looking import look_at, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


def inside(receiver, **more):
    return {"url": receiver.url("/ping/secret"), "allow_private": ["127.0.0.1"], **more}


def test_it_is_told_while_the_health_is_well_and_not_while_nobody_knows(receiver):
    assert send_heartbeat(at=NOON) is None
    assert look_at("heartbeat") == {}
    set_heartbeat(inside(receiver), method="GET", at=NOON)
    assert send_heartbeat(at=NOON).held == "nobody has looked at the whole for two minutes"
    write([known(SCORE, 25)], at=NOON, spent_ms=1)
    assert send_heartbeat(at=NOON + MINUTE).held == "the health is 25, below 26"
    assert (receiver.requests, read_heartbeat().state) == ([], "held")

    write([known(SCORE, 60)], at=NOON + MINUTE, spent_ms=1)
    assert send_heartbeat(at=NOON + MINUTE).sent
    (request,) = receiver.requests
    assert (request.method, request.path, request.body) == ("GET", "/ping/secret", "")
    item = read_heartbeat()
    assert (item.state, item.reached_at, item.where) == (
        "reached",
        NOON + MINUTE,
        f"127.0.0.1:{receiver.port}",
    )
    assert values("heartbeat", "heartbeat_silence_seconds", at=NOON + 3 * MINUTE) == [120]


def test_what_is_not_taken_is_counted_and_shown(receiver):
    set_heartbeat(inside(receiver), at=NOON)
    receiver.reply = lambda request: Reply(503)
    for minute in range(3):
        beat = try_heartbeat(at=NOON + timedelta(minutes=minute))
    assert (beat.sent, beat.error) == (False, "It answered 503 Service Unavailable.")
    assert (read_heartbeat().failures, read_heartbeat().state) == (3, "failing")
    assert values("heartbeat", "heartbeat_failures") == [3]
    receiver.reply = lambda request: Reply(200)
    assert try_heartbeat(at=NOON).sent
    assert read_heartbeat().failures == 0
    remove_heartbeat()
    with pytest.raises(NoHeartbeat):
        read_heartbeat()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"url": "http://example.com/x"}, "not encrypted"),
        ({"url": "ftp://example.com"}, "no web address"),
        ({}, "needs the address"),
        ({"url": "https://user:word@example.com/"}, "user and password"),
        ({"url": "https://example.com", "body": "x"}, "does not take body"),
    ],
)
def test_an_address_that_cannot_be_is_refused(options, says):
    with pytest.raises(BadHeartbeat, match=says):
        set_heartbeat(options, at=NOON)


def test_private_addresses_that_nobody_allowed_are_not_reached():
    set_heartbeat({"url": "https://127.0.0.1:9/ping"}, at=NOON)
    assert "not public" in try_heartbeat(at=NOON).error

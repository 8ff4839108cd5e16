"""Behind a restore nothing is sent until a person has decided what becomes of what waits."""

import json
from datetime import timedelta

import pytest

from benchmarks.drills.parts.receiver import OK, Reply
from heliograph.cli import invoke
from heliograph.kit.clock import utc_now
from heliograph.notices.deliver import Delivered, deliver_due
from heliograph.notices.models import Delivery, Notice
from heliograph.notices.quarantine import begin_quarantine, standing

pytestmark = pytest.mark.django_db(transaction=True)


def deliver(*, after=0.0):
    return deliver_due(at=utc_now() + timedelta(seconds=after), dice=lambda: 0.0)


def subjects(receiver):
    return [json.loads(request.body)["data"]["subject"] for request in receiver.requests]


@pytest.fixture
def held(receiver, hook, tell):
    """A notice that was refused once and waits for its next try, one that is new, and a quarantine."""
    hook()
    tell("signal:1")
    receiver.reply = lambda request: Reply(503)
    assert deliver() == Delivered(postponed=1)
    receiver.reply = lambda request: OK
    receiver.requests.clear()
    tell("signal:2")
    assert begin_quarantine("Restored.", at=utc_now())
    return receiver


def test_nothing_is_sent_and_what_waits_is_counted(held, tell):
    assert deliver(after=3_600) == Delivered()
    tell("signal:3")
    assert deliver(after=7_200) == Delivered()
    assert held.requests == []
    found = standing()
    assert (found.reason, found.notices, found.deliveries) == ("Restored.", 2, 1)
    assert not begin_quarantine("Again.", at=utc_now())


def test_what_is_released_is_sent_in_its_order(held, capsys):
    assert invoke(["notices", "quarantine", "release"]) == 0
    deliver(after=3_600)
    deliver(after=7_200)
    assert subjects(held) == ["signal:1", "signal:2"]
    assert standing() is None
    assert invoke(["notices", "quarantine", "release"]) == 2
    assert capsys.readouterr().err == "Nothing is held back: there is no quarantine to end.\n"


def test_what_is_dropped_is_shown_as_failed_and_what_comes_after_is_sent(held, tell, capsys):
    assert invoke(["notices", "quarantine", "drop", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"dropped": 2}
    tell("signal:3")
    deliver(after=3_600)
    assert subjects(held) == ["signal:3"]
    assert sorted(Delivery.objects.values_list("notice__subject", "state")) == [
        ("signal:1", "failed"),
        ("signal:3", "sent"),
    ]
    assert Notice.objects.filter(spread=False).count() == 0

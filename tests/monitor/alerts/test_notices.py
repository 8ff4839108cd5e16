"""What people read of incidents, on whichever channel: what is wrong, since when, and what to do."""

import pytest

from heliograph.notices.channel import add_channel
from heliograph.notices.deliver import deliver_due
from heliograph.notices.message import Message
from heliograph.notices.models import Delivery, Notice
from heliograph.web.stream.models import Event
from tests.monitor.alerts.looking import NOON, SECOND, Looks

pytestmark = pytest.mark.django_db


def messages():
    return [
        Message(one.topic, one.subject, one.payload, one.created_at) for one in Notice.objects.order_by("pk")
    ]


def test_a_notice_says_what_is_wrong_what_follows_and_what_to_do():
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, redis_up=0, invariants_unevaluated_versions=1)
    looks.look(times=5, redis_up=1, invariants_unevaluated_versions=0)
    opened, resolved = messages()
    number = opened.payload["incident"]
    assert opened.title == "Critical: Redis does not answer"
    assert opened.lines == [
        "No work is rung. Workers look and tell by themselves meanwhile, but evaluate nothing; no work is "
        "lost, as what is due stands in rows.",
        "Since 1 Jun 12:00 UTC",
        "Redis does not answer: redis_up is 0",
        "It follows: A live strategy is not evaluated: invariants_unevaluated_versions is 1",
        "Mostly: The server was stopped or killed for want of memory, or the network is cut.",
        "What to do: Start Redis again and look at its log; `heliograph up` starts an embedded one by "
        "itself.",
        f"`heliograph incident show {number}` tells all of it, `heliograph incident acknowledge {number}` "
        "says that you are at it.",
    ]
    assert resolved.title == "Resolved: Redis does not answer, it lasted 90 s"
    assert resolved.lines[0] == "Since 1 Jun 12:00 UTC until 1 Jun 12:02 UTC"


def test_a_channel_gets_what_it_asked_for_and_the_stream_tells_it_too(tmp_path):
    options = {"file": str(tmp_path / "log")}
    for name, topics in (("all", ["incident.*"]), ("info", ["incident.info"]), ("signals", ["signal.*"])):
        add_channel(name, kind="log", options=options, topics=topics, at=NOON)
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, redis_up=0)
    deliver_due(at=looks.at + SECOND, stop=lambda: True)
    assert [one.channel.name for one in Delivery.objects.select_related("channel")] == ["all"]
    (event,) = Event.objects.filter(kind__startswith="incident.")
    assert (event.topic, event.kind, event.data["rule"]) == ("health", "incident.critical", "redis-down")

"""From notices to messages: many are told together, quiet hours and digests are kept, none is lost."""

import json
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from threading import Thread

import pytest
from django.db import connection

from heliograph.notices.channel import add_channel, enable_channel
from heliograph.notices.deliver import deliver_due
from heliograph.notices.models import Channel, Delivery, Notice, Sending, Subscription
from heliograph.notices.raise_notice import Told, raise_notices
from heliograph.notices.replay import replay_delivery
from heliograph.notices.subscription import (
    Wish,
    add_subscription,
    forget_audience,
    pause_subscription,
    remove_subscription,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class Desk:
    """A channel that writes what it is sent into a file, a line for each message."""

    def __init__(self, path):
        self.path = path
        add_channel("desk", kind="log", options={"file": str(path)}, topics=None, at=NOON - HOUR)

    def asks(self, *, at=NOON - HOUR, **wish):
        return add_subscription(Wish("desk", **wish), at=at)

    @property
    def messages(self):
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [json.loads(line) for line in lines]

    @property
    def told(self):
        """The subjects of each message."""
        return [subjects(message) for message in self.messages]


def subjects(message):
    if message["type"] != "digest":
        return [message["data"]["subject"]]
    return [one["data"]["subject"] for one in message["data"]["notices"]]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "desk.jsonl")


def signals(*names, at=NOON, topic="signal.published", **payload):
    said = {"strategy": "mom", "version": 1, "symbol": "A/B", "venue": "x", "side": "long", "close": 1.0}
    return raise_notices([Told(topic, str(name), said | payload) for name in names], at=at)


def deliver(at):
    return deliver_due(at=at, dice=lambda: 0.0)


def accounts():
    """How many deliveries stand how, and in how many messages."""
    return Counter(Delivery.objects.values_list("state", flat=True)), Sending.objects.count()


def test_machines_get_a_message_for_each_notice(desk):
    desk.asks()
    signals(*range(30))
    deliver(NOON)
    assert desk.told == [[str(number)] for number in range(30)]


def test_500_signals_in_a_minute_are_a_readable_message_and_none_is_lost(desk):
    desk.asks(per_minute=5)
    for number in range(500):
        at = NOON + timedelta(seconds=number * 59 / 500)
        side, strategy = ("long", "mom") if number % 5 < 3 else ("short", "dip")
        signals(f"s{number}", at=at, side=side, strategy=strategy)
    deliver(NOON + MINUTE)

    (message,) = desk.messages
    assert subjects(message) == [f"s{number}" for number in range(500)]
    (sending,) = Sending.objects.all()
    assert (sending.reason, sending.notices, sending.state) == ("many", 500, "sent")
    assert accounts() == (Counter(sent=500), 1)
    assert set(Delivery.objects.values_list("sending", flat=True)) == {sending.pk}
    from heliograph.notices.forming import message_of, notices_of

    said = message_of(sending, notices_of(sending), site="https://h.example")
    lines = said.text.splitlines()
    assert said.title == "500 signals in 1 min: 300 long, 200 short"
    assert lines[0] == "Strategies: mom v1 300, dip v1 200"
    assert (len(lines), lines[21]) == (23, "and 480 more")
    assert lines[22].startswith("https://h.example/notices/of/?topic=digest&subject=digest")


def test_what_dribbles_in_is_told_in_at_most_so_many_messages_a_minute(desk):
    desk.asks(per_minute=5)
    raised = 0
    for second in range(0, 60, 2):
        raised += signals(
            *(f"{second}-{number}" for number in range(10)), at=NOON + timedelta(seconds=second)
        )
        deliver(NOON + timedelta(seconds=second))
    within = len(desk.messages)
    deliver(NOON + 2 * MINUTE)

    assert (raised, within) == (300, 5)
    told = [subject for message in desk.told for subject in message]
    assert Counter(told) == Counter(Notice.objects.values_list("subject", flat=True))
    assert told == list(Notice.objects.order_by("pk").values_list("subject", flat=True))
    assert accounts()[0] == Counter(sent=300)


def test_few_come_one_by_one(desk):
    desk.asks(per_minute=5)
    for number in range(3):
        signals(number, at=NOON + timedelta(seconds=number))
        deliver(NOON + timedelta(seconds=number))
    assert desk.told == [["0"], ["1"], ["2"]]


def test_what_comes_in_quiet_hours_comes_as_one_at_their_end(desk):
    desk.asks(quiet_from=time(22), quiet_until=time(7), quiet_but=["work.parked"], at=NOON - 24 * HOUR)
    night = NOON.replace(hour=23)
    signals("before", at=night - 2 * HOUR)
    deliver(night - 2 * HOUR)
    signals("a", "b", at=night)
    signals("parked", at=night, topic="work.parked")
    deliver(night)
    signals("c", at=night + 5 * HOUR)
    deliver(night + 5 * HOUR)
    assert desk.told == [["before"], ["parked"]]

    deliver(night + 8 * HOUR)
    assert desk.told == [["before"], ["parked"], ["a", "b", "c"]]
    assert desk.messages[-1]["data"]["reason"] == "quiet"
    assert accounts() == (Counter(sent=5), 3)


def test_a_try_that_would_fall_into_quiet_hours_waits_as_well(desk):
    desk.asks(quiet_from=time(22), quiet_until=time(7))
    desk.path.mkdir()
    late = NOON.replace(hour=21, minute=59, second=58)
    signals("a", "b", at=late)
    assert deliver(late).postponed == 1
    desk.path.rmdir()
    enable_channel("desk")
    deliver(late + 10 * MINUTE)
    assert desk.told == []
    deliver(late + 10 * HOUR)
    assert desk.told == [["a"], ["b"]]


def test_a_digest_comes_at_its_time_with_all_of_before(desk):
    desk.asks(digest_at=time(8), zone="Europe/Berlin")
    for hour in range(3):
        signals(hour, at=NOON + hour * HOUR)
        deliver(NOON + hour * HOUR)
    eight = datetime(2026, 12, 2, 7, tzinfo=UTC)
    deliver(eight - MINUTE)
    assert desk.told == []
    deliver(eight)
    assert desk.told == [["0", "1", "2"]]
    assert desk.messages[0]["data"]["reason"] == "digest"


def test_a_digest_every_ten_minutes_holds_only_what_came_by_then(desk):
    desk.asks(digest_minutes=10)
    for minute in (1, 9, 11):
        signals(minute, at=NOON + minute * MINUTE)
        deliver(NOON + minute * MINUTE)
    deliver(NOON + 20 * MINUTE)
    assert desk.told == [["1", "9"], ["11"]]


def test_a_channel_is_told_once_by_the_subscription_that_tells_it_soonest(desk):
    daily = desk.asks(digest_at=time(8))
    sure = desk.asks(least_confidence=0.8)
    signals("sure", confidence=0.9)
    signals("unsure", confidence=0.5)
    deliver(NOON)
    assert desk.told == [["sure"]]
    deliver(NOON + 24 * HOUR)
    assert desk.told == [["sure"], ["unsure"]]
    assert dict(Delivery.objects.values_list("notice__subject", "subscription")) == {
        "sure": sure.pk,
        "unsure": daily.pk,
    }


def test_a_subscription_that_is_paused_hears_nothing_of_meanwhile(desk):
    asked = desk.asks()
    pause_subscription(asked.pk)
    signals("meanwhile")
    deliver(NOON)
    pause_subscription(asked.pk, paused=False)
    signals("after", at=NOON + MINUTE)
    deliver(NOON + MINUTE)
    assert desk.told == [["after"]]


def test_what_waited_for_a_subscription_that_is_removed_is_not_lost(desk):
    asked = desk.asks(digest_at=time(8), at=NOON - HOUR)
    signals("a", "b")
    deliver(NOON)
    assert remove_subscription(asked.pk, at=NOON) == 2
    deliver(NOON)
    assert desk.told == [["a"], ["b"]]


def test_a_message_of_many_that_failed_is_the_same_at_the_next_try_and_when_it_is_replayed(desk):
    desk.asks(per_minute=1)
    desk.path.mkdir()
    signals("a", "b")
    assert deliver(NOON).postponed == 1
    # What comes meanwhile goes in the next one.
    signals("c", at=NOON + MINUTE)
    desk.path.rmdir()
    deliver(NOON + 2 * MINUTE)
    assert desk.told == [["a", "b"], ["c"]]

    again = Delivery.objects.get(notice__subject="b")
    assert replay_delivery(again.pk, at=NOON + 3 * MINUTE) == 2
    deliver(NOON + 3 * MINUTE)
    assert desk.told == [["a", "b"], ["c"], ["a", "b"]]
    assert desk.messages[2] == desk.messages[0]
    assert accounts() == (Counter(sent=3), 2)


def test_many_for_one_message_go_in_several_and_all_are_accounted_for(desk):
    desk.asks(digest_minutes=1)
    signals(*range(450))
    deliver(NOON)
    deliver(NOON + MINUTE)
    assert [len(told) for told in desk.told] == [200, 200, 50]
    assert [subject for told in desk.told for subject in told] == [str(number) for number in range(450)]


def test_two_deliverers_put_each_notice_into_one_message(desk):
    desk.asks(per_minute=2)
    signals(*range(60))
    threads = [Thread(target=lambda: (deliver(NOON), connection.close())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for minute in range(1, 4):
        deliver(NOON + minute * MINUTE)
    told = [subject for message in desk.told for subject in message]
    assert sorted(told, key=int) == [str(number) for number in range(60)]
    assert accounts()[0] == Counter(sent=60)


def test_whoever_leaves_takes_subscriptions_and_channels_along_and_what_waited_elsewhere_is_sent(
    desk, tmp_path
):
    own = {"file": str(tmp_path / "own.jsonl")}
    add_channel("own", kind="log", options=own, audience="person:7", at=NOON - HOUR)
    desk.asks(audience="person:7", digest_at=time(8))
    desk.asks(audience="person:8", side="short")
    signals("a")
    deliver(NOON)

    assert forget_audience("person:7", at=NOON) == 2

    deliver(NOON)
    assert desk.told == [["a"]]
    assert list(Subscription.objects.values_list("audience", flat=True)) == ["person:8"]
    assert list(Channel.objects.values_list("name", flat=True)) == ["desk"]

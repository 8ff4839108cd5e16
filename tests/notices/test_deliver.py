"""Notices reach every channel that wants them, in order, however senders and receivers fare."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from standardwebhooks import Webhook

from benchmarks.drills.parts.receiver import OK, Reply
from heliograph.kit.clock import utc_now
from heliograph.kit.wait import wait_until
from heliograph.notices.channel import disable_channel, enable_channel
from heliograph.notices.deliver import Delivered, deliver_due
from heliograph.notices.models import Channel, Delivery, Notice, Sending, Subscription
from heliograph.notices.replay import Chosen, replay

pytestmark = pytest.mark.django_db(transaction=True)


def deliver(*, after=0.0, stop=None):
    return deliver_due(at=utc_now() + timedelta(seconds=after), stop=stop, dice=lambda: 0.0)


def states(channel="hook"):
    rows = Delivery.objects.filter(channel__name=channel).order_by("notice")
    return [
        (row.notice.subject, row.state, row.sending.tries if row.sending else 0)
        for row in rows.select_related("notice", "sending")
    ]


def subjects(requests):
    return [json.loads(request.body)["data"]["subject"] for request in requests]


def test_a_notice_arrives_signed_and_the_signature_verifies(receiver, hook, tell, secret):
    hook()
    tell("signal:1")
    assert deliver() == Delivered(sent=1)

    (request,) = receiver.requests
    told = Webhook(secret).verify(request.body, dict(request.headers))
    notice = Notice.objects.get()
    assert told == {
        "type": "signal.published",
        "timestamp": notice.created_at.isoformat().replace("+00:00", "Z"),
        "data": {"subject": "signal:1", "close": 1.5},
    }
    assert (request.headers["content-type"], request.headers["user-agent"]) == (
        "application/json",
        "Heliograph",
    )
    row = Sending.objects.get()
    assert (row.state, row.tries, row.error, row.sent_at is not None) == ("sent", 1, "", True)
    assert (row.key, Delivery.objects.get().state) == (request.id, "sent")


def test_nothing_is_told_twice(receiver, hook, tell):
    hook()
    assert [tell("a", "b"), tell("b", "c"), tell()] == [2, 1, 0]
    assert [deliver().sent, deliver().sent] == [3, 0]
    assert subjects(receiver.requests) == ["a", "b", "c"]


def test_a_notice_of_a_transaction_that_failed_is_none(receiver, hook, tell):
    hook()
    with transaction.atomic():
        tell("a")
        transaction.set_rollback(True)
    assert deliver() == Delivered()


def test_channels_get_their_topics_and_nothing_of_before(receiver, hook, tell):
    hook("all", "/all")
    hook("some", "/some", topics=("signal.settled", "data.*"))
    tell("old", at=utc_now() - timedelta(hours=2))
    tell("p")
    tell("s", topic="signal.settled")
    tell("h", topic="data.stale")
    deliver()
    assert states("all") == [("p", "sent", 1), ("s", "sent", 1), ("h", "sent", 1)]
    assert states("some") == [("s", "sent", 1), ("h", "sent", 1)]
    assert Notice.objects.filter(spread=False).count() == 0


def test_a_disabled_channel_keeps_what_waits_and_hears_nothing_of_meanwhile(receiver, hook, tell):
    hook()
    receiver.reply = lambda request: Reply(500)
    tell("before")
    deliver()
    disable_channel("hook")
    tell("meanwhile")
    receiver.reply = lambda request: OK
    assert deliver(after=60) == Delivered()
    enable_channel("hook")
    tell("after")
    deliver(after=60)
    assert states() == [("before", "sent", 2), ("after", "sent", 1)]


def test_one_that_fails_comes_again_with_the_same_id_and_before_the_later_ones(receiver, hook, tell):
    hook()
    receiver.reply = lambda request: OK if len(receiver.requests) > 2 else Reply(502)
    tell("a", "b")
    assert [deliver(), deliver(), deliver(after=6), deliver(after=6), deliver(after=40)] == [
        Delivered(postponed=1),
        Delivered(),
        Delivered(postponed=1),
        Delivered(),
        Delivered(sent=2),
    ]
    assert subjects(receiver.requests) == ["a", "a", "a", "b"]
    assert len(set(receiver.ids)) == 2
    assert Channel.objects.get().failures == 0


def test_a_notice_that_is_refused_does_not_hold_up_the_others(receiver, hook, tell):
    hook()
    receiver.reply = lambda r: Reply(422, body=b"no such   thing") if '"b"' in r.body else OK
    tell("a", "b", "c")
    assert deliver() == Delivered(sent=2, postponed=1)
    assert states() == [("a", "sent", 1), ("b", "pending", 1), ("c", "sent", 1)]
    assert (
        Delivery.objects.get(state="pending").sending.error
        == "It answered 422 Unprocessable Entity: no such thing"
    )


def test_after_ten_tries_over_a_day_a_notice_is_given_up_shown_and_can_be_retried(receiver, hook, tell):
    hook()
    receiver.reply = lambda request: Reply(422)
    tell("a")
    after = 0
    for pause in (0, 5, 30, 180, 900, 3_600, 10_800, 21_600, 21_600, 28_800):
        after += pause
        deliver(after=after - 1)
        deliver(after=after + 1)
    assert (len(receiver.requests), states()) == (10, [("a", "failed", 10)])
    assert len(set(receiver.ids)) == 1

    receiver.reply = lambda request: OK
    assert deliver(after=after * 2) == Delivered()
    assert replay(Chosen(), at=utc_now()) == 1
    assert (deliver(), states()) == (Delivered(sent=1), [("a", "sent", 1)])


def test_what_waited_for_a_day_behind_a_dead_channel_is_given_up(receiver, hook, tell):
    hook()
    Subscription.objects.update(created_at=utc_now() - timedelta(days=9))
    receiver.reply = lambda request: Reply(500)
    tell("a", "b", at=utc_now() - timedelta(days=2))
    tell("c")
    assert deliver() == Delivered(postponed=1, failed=2)
    assert states() == [("a", "failed", 1), ("b", "failed", 0), ("c", "pending", 0)]


def test_a_receiver_that_is_busy_is_left_alone_as_long_as_it_asks(receiver, hook, tell):
    hook()
    receiver.reply = lambda request: Reply(429, {"Retry-After": "120"})
    tell("a")
    deliver()
    deliver(after=100)
    assert len(receiver.requests) == 1
    receiver.reply = lambda request: OK
    assert deliver(after=125) == Delivered(sent=1)


def test_a_receiver_that_is_gone_disables_the_channel(receiver, hook, tell):
    hook()
    receiver.reply = lambda request: Reply(410)
    tell("a", "b")
    assert deliver() == Delivered(failed=1)
    channel = Channel.objects.get()
    assert (channel.enabled, channel.reason) == (False, "It answered 410 Gone: it wants no more notices.")
    assert states() == [("a", "failed", 1), ("b", "pending", 0)]


def test_a_channel_that_hangs_does_not_delay_the_others(receiver, hook, tell):
    hook("slow", "/slow")
    hook("quick", "/quick")
    let_go = Event()
    receiver.reply = lambda r: OK if r.path == "/quick" else (let_go.wait(60), OK)[1]
    tell("a")
    thread = Thread(target=lambda: (deliver(), connection.close()))
    thread.start()
    assert wait_until(lambda: states("quick") == [("a", "sent", 1)], seconds=60)
    # Also what comes while it hangs.
    tell("b")
    assert wait_until(lambda: states("quick") == [("a", "sent", 1), ("b", "sent", 1)], seconds=60)
    assert states("slow")[0] == ("a", "pending", 1)
    let_go.set()
    thread.join()
    assert [state for _, state, _ in states("slow")] == ["sent", "sent"]


def test_two_deliverers_never_send_to_one_channel_at_once(receiver, hook, tell):
    hook()
    tell(*range(40))
    threads = [Thread(target=lambda: (deliver(), connection.close())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deliver()
    assert (receiver.most_at_once, len(receiver.requests)) == (1, 40)
    assert subjects(receiver.requests) == [str(n) for n in range(40)]


def test_one_whose_lease_ran_out_cannot_mark_what_another_took(receiver, hook, tell):
    hook()
    tell("a")

    def lose_the_lease(request):
        if len(receiver.requests) == 1:
            Channel.objects.update(leased_until=Now() - timedelta(seconds=1))
            assert deliver() == Delivered(sent=1)
            connection.close()
            Sending.objects.update(sent_at=None)
            connection.close()
        return OK

    receiver.reply = lose_the_lease
    deliver()
    assert Sending.objects.get().sent_at is None
    assert len(set(receiver.ids)) == 1


def test_delivery_ends_early_when_its_time_is_over(receiver, hook, tell):
    hook()
    tell("a", "b", "c")
    assert deliver(stop=lambda: len(receiver.requests) >= 1) == Delivered(sent=1)
    assert deliver() == Delivered(sent=2)


def run_apart():
    """A deliverer in a process of its own."""
    settings = connection.settings_dict
    url = f"postgres://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    named = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "heliograph.config.settings"}
    return subprocess.Popen([sys.executable, "-m", "tests.notices.delivering"], env=os.environ | named)


@pytest.mark.parametrize("killed_in", ["request", "mark"])
def test_a_deliverer_that_is_killed_loses_nothing_and_a_repeat_has_the_same_id(
    receiver, hook, tell, killed_in
):
    """Killed while the receiver reads, or after it answered and before the mark."""
    hook()
    tell("a", "b")
    process = run_apart()

    def kill(request):
        if len(receiver.requests) == 1:
            process.send_signal(signal.SIGKILL if killed_in == "request" else signal.SIGSTOP)
        return OK

    receiver.reply = kill
    assert wait_until(lambda: receiver.requests, seconds=60)
    process.kill()
    process.wait()
    assert states() == [("a", "pending", 1), ("b", "pending", 0)]
    assert deliver() == Delivered()

    Channel.objects.update(leased_until=Now() - timedelta(seconds=1))
    assert deliver() == Delivered(sent=2)
    assert subjects(receiver.requests) == ["a", "a", "b"]
    assert receiver.ids[0] == receiver.ids[1]


def test_a_message_of_many_is_the_same_after_the_deliverer_was_killed(receiver, hook, tell):
    hook()
    Subscription.objects.update(per_minute=1)
    tell("a", "b", "c")
    process = run_apart()
    receiver.reply = lambda request: (process.send_signal(signal.SIGKILL), OK)[1]
    assert wait_until(lambda: receiver.requests, seconds=60)
    process.wait()
    receiver.reply = lambda request: OK
    tell("later")
    Channel.objects.update(leased_until=Now() - timedelta(seconds=1))

    assert deliver(after=120) == Delivered(sent=2)
    first, again, rest = receiver.requests
    assert (first.id, first.body) == (again.id, again.body)
    assert [one["data"]["subject"] for one in json.loads(first.body)["data"]["notices"]] == ["a", "b", "c"]
    assert json.loads(rest.body)["data"]["subject"] == "later"
    assert states() == [("a", "sent", 2), ("b", "sent", 2), ("c", "sent", 2), ("later", "sent", 1)]

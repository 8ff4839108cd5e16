"""The commands of subscriptions, of the log and of what is sent again."""

import json
from datetime import timedelta

import pytest

from heliograph.kit.clock import utc_now
from heliograph.notices.channel import add_channel
from heliograph.notices.deliver import deliver_due
from heliograph.notices.models import Delivery, Subscription
from tests.cli.conftest import heliograph, refused
from tests.notices.test_commands import read

__all__ = ["heliograph"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(tmp_path):
    """A channel without a subscription."""
    path = tmp_path / "desk.jsonl"
    add_channel("desk", kind="log", options={"file": str(path)}, topics=None, at=utc_now())
    return path


def test_a_subscription_is_added_listed_paused_and_removed(heliograph, desk):
    filters = ("--topic", "signal.*", "--strategy", "mom*", "--instrument", "BTC/*", "--side", "long")
    hours = ("--quiet", "22:00-07:00", "--quiet-but", "work.parked", "--zone", "Europe/Berlin")
    more = ("--confidence", "0.6", "--digest", "08:30", "--for", "team:3", "--per-minute", "2", "--json")
    made = read(heliograph("subscription", "add", "desk", *filters, *hours, *more))
    number = made["id"]
    assert made == {
        "id": number,
        "channel": "desk",
        "audience": "team:3",
        "topics": ["signal.*"],
        "strategies": ["mom*"],
        "instruments": ["BTC/*"],
        "least_confidence": 0.6,
        "side": "long",
        "quiet_but": ["work.parked"],
        "zone": "Europe/Berlin",
        "digest_minutes": None,
        "per_minute": 2,
        "paused": False,
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "digest_at": "08:30",
        "created_at": made["created_at"],
    }
    assert read(heliograph("subscription", "list", "--json")) == [made]
    listed = heliograph("subscription", "list").out
    assert "signal.* · long · confidence from 0.60 · of mom* · for BTC/*" in listed
    assert "together daily at 08:30 Europe/Berlin, not from 22:00 to 07:00 Europe/Berlin" in listed
    assert heliograph("subscription", "pause", number).out == f"Subscription {number} is paused.\n"
    assert "paused" in heliograph("subscription", "list").out
    assert read(heliograph("subscription", "resume", number, "--json")) == {
        "subscription": number,
        "paused": False,
    }
    assert heliograph("subscription", "remove", number).out == f"Subscription {number} is removed.\n"
    assert "No subscriptions yet" in heliograph("subscription", "list").err


WRONG = [
    (["add", "nowhere"], "There is no channel 'nowhere'"),
    (["add", "desk", "--topic", "health.*"], "'health.*' is no topic; there are signal.published,"),
    (["add", "desk", "--quiet", "22:00"], "--quiet takes two times such as 22:00-07:00, not `22:00`."),
    (["add", "desk", "--quiet", "22:00-22:00"], "Quiet hours end when they begin"),
    (["add", "desk", "--quiet", "ten-seven"], "--quiet takes a time such as 07:00, not `ten`."),
    (["add", "desk", "--digest", "0"], "A digest comes every 1 to 1440 minutes."),
    (["add", "desk", "--digest", "08:00Z"], "--digest: leave the zone out of `08:00Z`; --zone names it."),
    (["add", "desk", "--zone", "Mars/Base"], "'Mars/Base' is no zone; it looks like Europe/Berlin or UTC."),
    (["add", "desk", "--per-minute", "0"], "Messages a minute are 1 to 600."),
    (["add", "desk", "--confidence", "2"], "Invalid value for '--confidence'"),
    (["pause", "99"], "There is no subscription 99; `heliograph subscription list` shows them."),
    (["remove", "99"], "There is no subscription 99"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG)
def test_wrong_subscriptions_are_refused_in_a_sentence(heliograph, desk, words, sentence):
    assert sentence in refused(heliograph("subscription", *words))


def test_the_log_shows_each_try_and_what_failed_is_replayed_since_a_moment(heliograph, desk, tell):
    heliograph("subscription", "add", "desk")
    Subscription.objects.update(created_at=utc_now() - timedelta(days=9))
    desk.mkdir()
    tell("old", at=utc_now() - timedelta(days=3))
    tell("fresh")
    deliver_due(at=utc_now())
    (first,) = read(heliograph("notices", "log", "--json"))
    (attempt,) = first["log"]
    assert (first["state"], first["tries"], attempt["result"]) == ("failed", 1, "unreached")
    assert "Is a directory" in attempt["error"]
    assert "unreached" in heliograph("notices", "log", "--channel", "desk").out
    assert heliograph("notices", "log", "--state", "sent").err == "Nothing was sent yet.\n"
    Delivery.objects.update(state="failed")

    desk.rmdir()
    assert read(heliograph("notices", "replay", "--since", "12h", "--json")) == {"replayed": 1}
    deliver_due(at=utc_now())
    assert [json.loads(line)["data"]["subject"] for line in desk.read_text().splitlines()] == ["fresh"]
    assert heliograph("notices", "replay", first["delivery"]).out == "1 notice will be sent again.\n"
    deliver_due(at=utc_now())
    assert read(heliograph("notices", "log", "--state", "sent", "--json"))[-1]["tries"] == 1
    assert len(desk.read_text().splitlines()) == 2


def test_a_test_of_a_channel_stands_in_the_log_also_when_it_fails(heliograph, desk):
    heliograph("channel", "test", "desk")
    desk.unlink()
    desk.mkdir()
    assert heliograph("channel", "test", "desk").code == 3
    log = read(heliograph("notices", "log", "--json"))
    assert [(one["reason"], one["state"], one["notices"]) for one in log] == [
        ("test", "failed", 0),
        ("test", "sent", 0),
    ]

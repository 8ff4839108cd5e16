"""The pages of notices: subscriptions, channels, what was sent."""

from datetime import time, timedelta

import pytest

from heliograph.kit.clock import utc_now
from heliograph.notices.channel import add_channel
from heliograph.notices.models import Channel, Delivery, Sending, Subscription
from heliograph.notices.raise_notice import Told, raise_notices
from heliograph.notices.subscription import Wish, add_subscription
from heliograph.signals.models import Signal
from tests.web.people import person_with
from tests.web.postbox import SIGNAL, make_postbox

EMPTY = {"": "No channels yet.", "channels/": "No channels yet.", "log/": "Nothing was sent yet."}
FORM = {
    "channel": "desk",
    "audience": "",
    "topics": ["signal.published", "data.stale"],
    "strategies": "Busy, mom*",
    "instruments": "BTC/*",
    "confidence": "0.6",
    "side": "long",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
    "quiet_but": ["data.stale"],
    "zone": "Europe/Berlin",
    "pace": "daily",
    "digest_minutes": "",
    "digest_at": "08:00",
    "per_minute": "4",
}


@pytest.fixture
def postbox(transactional_db, tmp_path):
    """Channels, subscriptions and messages of every kind."""
    return make_postbox(tmp_path)


@pytest.fixture
def desk(db, tmp_path):
    """A channel alone."""
    options = {"file": str(tmp_path / "desk.jsonl")}
    return add_channel("desk", kind="log", options=options, topics=None, at=utc_now() - timedelta(days=9))


def body(client, address, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_house_says_what_comes_next(client, name):
    assert EMPTY[name] in body(client, f"/notices/{name}")
    assert client.get("/notices/kitchen/").status_code == 404


@pytest.mark.parametrize("address", ["/notices/", "/notices/channels/", "/notices/log/"])
def test_a_page_asks_for_its_live_part_alone(client, postbox, address):
    whole, part = body(client, address), body(client, address, **{"HX-Request": "true"})
    assert f'hx-get="{address}' in whole
    assert part.lstrip().startswith('<div id="notices" data-live')


@pytest.mark.parametrize("address", ["/notices/", "/notices/channels/", "/notices/log/"])
def test_more_rows_ask_no_more_questions(client, postbox, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):
        body(client, address)
    for number in range(20):
        name = f"more{number}"
        channel = add_channel(name, kind="log", options={}, at=utc_now() - timedelta(hours=1))
        Sending.objects.create(
            channel=channel,
            key="k",
            topic="test",
            subject=name,
            created_at=utc_now(),
            reason="test",
            notices=0,
            not_before=utc_now(),
            made_at=utc_now(),
        )
    with django_assert_max_num_queries(18):
        body(client, address)


def test_a_subscription_is_offered_as_soon_as_there_is_a_channel(client, db, tmp_path):
    """Before it led to a form whose list of channels was empty."""
    page = body(client, "/notices/")
    assert "Add the first channel" in page
    assert "Add a subscription" not in page

    add_channel("desk", kind="log", options={"file": str(tmp_path / "desk.jsonl")}, at=utc_now())
    assert "Add a subscription" in body(client, "/notices/")


def test_a_subscription_is_added_by_the_form_and_comes_up_as_it_was_typed(client, desk):
    assert client.post("/notices/subscriptions/new", FORM).status_code == 302
    asked = Subscription.objects.get()
    assert (asked.topics, asked.strategies, asked.instruments) == (
        ["signal.published", "data.stale"],
        ["Busy", "mom*"],
        ["BTC/*"],
    )
    assert (asked.least_confidence, asked.side, asked.per_minute) == (0.6, "long", 4)
    assert (asked.quiet_from, asked.quiet_until, asked.quiet_but) == (time(22), time(7), ["data.stale"])
    assert (asked.zone, asked.digest_at, asked.digest_minutes) == ("Europe/Berlin", time(8), None)
    page = body(client, f"/notices/subscriptions/{asked.pk}/")
    assert 'value="Busy, mom*"' in page
    assert 'value="daily" checked' in page

    changed = FORM | {"pace": "every", "digest_minutes": "30", "side": "", "topics": []}
    assert client.post(f"/notices/subscriptions/{asked.pk}/", changed).status_code == 302
    asked.refresh_from_db()
    assert (asked.digest_minutes, asked.digest_at, asked.side, asked.topics) == (30, None, "", [])


WRONG = [
    ("channel", {"channel": ""}, "Choose a channel."),
    ("channel", {"channel": "nowhere"}, "There is no channel"),
    ("audience", {"audience": "person:99"}, "Choose for whom it is."),
    ("confidence", {"confidence": "high"}, "is no number between 0 and 1."),
    ("confidence", {"confidence": "1.5"}, "A confidence lies between 0 and 1."),
    ("confidence", {"confidence": "nan"}, "A confidence lies between 0 and 1."),
    ("quiet_until", {"quiet_until": ""}, "Quiet hours have a begin and an end"),
    ("quiet_from", {"quiet_from": "25:00"}, "is no time such as 22:00."),
    ("zone", {"zone": "Mars"}, "is no zone"),
    ("digest_at", {"digest_at": ""}, "At what time? Such as 08:00."),
    ("digest_minutes", {"pace": "every", "digest_minutes": "x"}, "is no whole number."),
    ("digest_minutes", {"pace": "every", "digest_minutes": "0"}, "A digest comes every 1 to 1440 minutes."),
    ("pace", {"pace": "sometimes"}, "There is no pace"),
    ("per_minute", {"per_minute": "9999"}, "Messages a minute are 1 to 600."),
    ("topics", {"topics": ["nothing"]}, "is no topic"),
    ("side", {"side": "up"}, "is no side"),
    ("strategies", {"strategies": "x" * 200}, "a pattern has at most 128 characters."),
]


@pytest.mark.parametrize(("name", "typed", "sentence"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(client, desk, name, typed, sentence):
    answer = client.post("/notices/subscriptions/new", FORM | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="fault-{name}"' in page
    assert f'href="#field-{name}"' in page
    assert sentence in page.replace("&#x27;", "'")
    if name != "instruments":
        assert 'value="BTC/*"' in page
    assert not Subscription.objects.exists()


def test_the_preview_counts_what_would_have_come_in_a_week(client, desk):
    now = utc_now()
    for hours, confidence in ((1, 0.9), (20, 0.7), (30, 0.5), (24 * 8, 0.9)):
        told = [Told("signal.published", f"s{hours}", SIGNAL | {"confidence": confidence})]
        raise_notices(told, at=now - timedelta(hours=hours))
    page = client.post("/notices/subscriptions/preview", FORM).content.decode()
    assert '<dd class="value">2</dd>' in page
    assert "of 3 notices would have come" in page
    page = client.post("/notices/subscriptions/preview", FORM | {"confidence": "x"}).content.decode()
    assert "is no number" in page


def test_a_subscription_is_paused_resumed_and_removed(client, desk):
    client.post("/notices/subscriptions/new", FORM)
    asked = Subscription.objects.get()
    act = f"/notices/subscriptions/{asked.pk}/act"
    assert client.post(act, {"act": "pause"}).status_code == 302
    assert "paused" in body(client, "/notices/")
    client.post(act, {"act": "resume"})
    assert not Subscription.objects.get().paused
    assert client.post(act, {"act": "burn"}).status_code == 404
    client.post(act, {"act": "remove"})
    assert client.post(act, {"act": "remove"}).status_code == 404
    assert client.get(f"/notices/subscriptions/{asked.pk}/").status_code == 404


def test_channels_say_how_they_do_and_are_tried_and_switched(client, postbox):
    page = body(client, "/notices/channels/")
    assert "3 failures in a row" in page
    assert "Nothing is lost" in page
    answer = client.post("/notices/channels/act", {"act": "test", "of": "desk"}, follow=True)
    assert "took the test message." in answer.content.decode()
    answer = client.post("/notices/channels/act", {"act": "test", "of": "phone"}, follow=True)
    assert "did not take the test message" in answer.content.decode()
    assert "Is a directory" in answer.content.decode()

    client.post("/notices/channels/act", {"act": "disable", "of": "desk"})
    assert not Channel.objects.get(name="desk").enabled
    client.post("/notices/channels/act", {"act": "enable", "of": "desk"})
    assert Channel.objects.get(name="desk").enabled
    for wrong in (
        {"act": "burn", "of": "desk"},
        {"act": "test", "of": "nobody"},
        {"act": "test", "of": "\x00"},
    ):
        assert client.post("/notices/channels/act", wrong).status_code == 404


def test_the_log_shows_what_failed_first_and_sends_it_again(client, postbox):
    page = body(client, "/notices/log/")
    assert (
        page.index("Given up before a try")
        < page.index("It answered 500")
        < page.index("30 notices together")
    )
    assert "Work parked: Busy v1, replay shard 0" in page
    assert "No message fits." in body(client, "/notices/log/?channel=phone&state=sent")
    delivery = Delivery.objects.get(notice__topic="work.parked")

    assert client.post("/notices/log/act", {"delivery": delivery.pk}).status_code == 302
    assert Sending.objects.get(topic="work.parked").state == "pending"
    client.post("/notices/log/act", {"channel": "phone"})
    assert not Delivery.objects.filter(state="failed").exists()
    assert client.post("/notices/log/act", {"delivery": "999999"}).status_code == 404
    assert client.post("/notices/log/act", {"channel": "nobody"}).status_code == 404


def test_a_message_shows_what_it_said_and_each_try(client, postbox):
    many = Sending.objects.get(notices=30)
    page = body(client, f"/notices/messages/{many.pk}/")
    assert "<h1>30 signals in 1 min: 30 long</h1>" in page
    assert "and 10 more" in page
    # The message says twenty of them, the page all, each with a link.
    assert "All 30 notices" in page
    assert "C29/USDT" in page
    assert page.count("/notices/of/?topic=signal.published&amp;subject=s") == 30
    failed = Sending.objects.get(topic="work.parked")
    page = body(client, f"/notices/messages/{failed.pk}/")
    assert page.count("not reached") == 2
    assert client.get("/notices/messages/999999/").status_code == 404


def test_the_link_of_a_message_leads_to_what_it_tells_of(client, world):
    signal = Signal.objects.select_related("version__strategy", "instrument__venue").latest("pk")
    payload = {
        "strategy": signal.version.strategy.name,
        "version": signal.version.number,
        "venue": signal.instrument.venue.name,
        "symbol": signal.instrument.symbol,
        "bar_time": signal.bar_time.isoformat(),
        "side": signal.side,
    }
    raise_notices([Told("signal.published", "signal:x", payload)], at=utc_now())
    raise_notices([Told("work.parked", "w", {}), Told("signal.settled", "odd", {})], at=utc_now())
    raise_notices([Told("incident.critical", "incident:1", {})], at=utc_now())

    def where(topic, subject):
        return client.get("/notices/of/", {"topic": topic, "subject": subject})

    assert where("signal.published", "signal:x").url == f"/signals/{signal.pk}/"
    assert where("work.parked", "w").url == "/work/queues/"
    assert where("incident.critical", "incident:1").url == "/monitoring/incidents/"
    for topic, subject in (
        ("signal.published", "gone"),
        ("digest", "gone"),
        ("signal.settled", "odd"),
        ("", ""),
    ):
        assert where(topic, subject).status_code == 404


def test_the_link_of_many_leads_to_their_message(client, postbox):
    many = Sending.objects.get(notices=30)
    answer = client.get("/notices/of/", {"topic": "digest", "subject": many.subject})
    assert answer.url == f"/notices/messages/{many.pk}/"


def test_an_analyst_has_subscriptions_of_their_own_and_sees_no_others(as_role, client, desk):
    analyst = as_role("analyst")
    me = f"person:{person_with('analyst').pk}"
    client.post("/notices/subscriptions/new", FORM | {"strategies": "of everybody"})
    theirs = Subscription.objects.get()

    assert analyst.post("/notices/subscriptions/new", FORM | {"audience": me}).status_code == 302
    assert analyst.post("/notices/subscriptions/new", FORM | {"audience": ""}).status_code == 422
    assert Subscription.objects.latest("pk").audience == me
    assert "of everybody" not in body(analyst, "/notices/")
    assert "of everybody" in body(client, "/notices/")
    assert "for me" in body(analyst, "/notices/") or "the analyst" in body(analyst, "/notices/")
    for ask in (analyst.get, analyst.post):
        assert ask(f"/notices/subscriptions/{theirs.pk}/").status_code == 404
    assert analyst.post(f"/notices/subscriptions/{theirs.pk}/act", {"act": "remove"}).status_code == 404
    assert Subscription.objects.filter(pk=theirs.pk).exists()


def test_a_channel_of_somebody_else_is_not_there(as_role, tmp_path, desk):
    add_channel("theirs", kind="log", options={}, audience="person:999", at=utc_now())
    analyst, operator = as_role("analyst"), as_role("operator")
    me = f"person:{person_with('analyst').pk}"
    answer = analyst.post("/notices/subscriptions/new", FORM | {"audience": me, "channel": "theirs"})
    assert answer.status_code == 422
    assert "theirs" not in body(operator, "/notices/channels/")
    assert operator.post("/notices/channels/act", {"act": "disable", "of": "theirs"}).status_code == 404
    assert operator.post("/notices/channels/act", {"act": "disable", "of": "desk"}).status_code == 302


def test_an_admin_changes_a_subscription_of_somebody_and_it_stays_theirs(client, desk):
    analyst = f"person:{person_with('analyst').pk}"
    asked = add_subscription(Wish("desk", audience=analyst), at=utc_now())
    assert "the analyst" in body(client, f"/notices/subscriptions/{asked.pk}/")
    client.post(f"/notices/subscriptions/{asked.pk}/", FORM | {"audience": analyst, "side": "short"})
    asked.refresh_from_db()
    assert (asked.audience, asked.side) == (analyst, "short")

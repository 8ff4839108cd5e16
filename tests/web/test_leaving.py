"""Who leaves takes along what they were told by: by the page, by the API and by the command alike."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from heliograph.accounts.models import StrategyOwner, Team
from heliograph.accounts.people import set_active
from heliograph.accounts.teams import add_team
from heliograph.kit.clock import utc_now
from heliograph.notices.channel import add_channel
from heliograph.notices.deliver import deliver_due
from heliograph.notices.models import Channel, Delivery, Sending, Subscription
from heliograph.notices.raise_notice import Told, raise_notices
from heliograph.notices.subscription import Wish, add_subscription
from heliograph.signals.models import Strategy
from heliograph.workers.unheard import unheard_by
from tests.web.people import person_with, signed_in, with_token

pytestmark = pytest.mark.django_db
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def by_page(path, **told):
    return signed_in(person_with("admin")).post(f"/{path}", told).status_code


def by_api(path):
    return with_token("admin").delete(f"/api/v1/{path}").status_code


REMOVED = {
    "page": lambda team: by_page(f"people/teams/{team}/remove"),
    "api": lambda team: by_api(f"teams/{team}"),
}


@pytest.fixture
def desk(db):
    """A team that has a channel of its own and listens on one of the installation too."""
    team, at = add_team("desk", at=utc_now()), utc_now()
    add_channel("all", kind="log", options={}, at=at)
    add_channel("theirs", kind="log", options={}, audience=f"team:{team.pk}", at=at)
    add_subscription(Wish("all", audience=f"team:{team.pk}"), at=at)
    return team


def channels_and_subscriptions():
    listens = Subscription.objects.order_by("pk").values_list("channel__name", "audience")
    return list(Channel.objects.order_by("name").values_list("name", flat=True)), list(listens)


@pytest.mark.parametrize("way", REMOVED)
def test_a_removed_team_leaves_no_channels_and_no_subscriptions(desk, way):
    REMOVED[way](desk.pk)
    assert not Team.objects.exists()
    assert channels_and_subscriptions() == (["all"], [("all", "")])


@pytest.mark.parametrize("way", REMOVED)
def test_a_team_that_stays_as_it_owns_something_keeps_them(desk, way):
    before = channels_and_subscriptions()
    owned = Strategy.objects.create(name="Owned", created_at=utc_now())
    StrategyOwner.objects.create(strategy=owned, team=desk)
    REMOVED[way](desk.pk)
    assert channels_and_subscriptions() == before


DISABLED = {
    "page": lambda person: by_page(f"people/{person.pk}/disable"),
    "api": lambda person: with_token("admin").post(f"/api/v1/people/{person.pk}/disable").status_code,
    "verb": lambda person: set_active(person, active=False),
}


def waiting_for(audience, path):
    """What waits for a digest on a channel of their own, and for another try on one of the installation."""
    at = utc_now()
    add_channel("own", kind="log", options={"file": str(path)}, topics=None, audience=audience, at=at)
    add_channel("all", kind="webhook", options={"url": "https://127.0.0.1:9/"}, topics=None, at=at)
    add_subscription(Wish("own", audience=audience, digest_minutes=60), at=at)
    add_subscription(Wish("all", audience=audience), at=at)
    raise_notices([Told("signal.published", "one", {"strategy": "Busy"})], at=at + SECOND)
    deliver_due(at=at + SECOND, hides=unheard_by)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", DISABLED)
def test_nothing_that_waited_is_sent_to_somebody_who_is_let_in_no_more(tmp_path, way):
    ann = person_with("viewer")
    waiting_for(audience_of(ann), tmp_path / "own.jsonl")
    assert Counter(Delivery.objects.values_list("state", flat=True)) == Counter(pending=2)

    DISABLED[way](ann)
    deliver_due(at=utc_now() + 2 * HOUR, hides=unheard_by)

    assert not (tmp_path / "own.jsonl").exists()
    assert Counter(Delivery.objects.values_list("state", flat=True)) == Counter(failed=2)
    assert [one.tries for one in Sending.objects.all()] == [1]
    assert channels_and_subscriptions() == (
        ["all", "own"],
        [("own", audience_of(ann)), ("all", audience_of(ann))],
    )


REPLAYED = {
    "page": lambda: by_page("notices/log/act", channel="all"),
    "api": lambda: (
        with_token("write")
        .post("/api/v1/deliveries/replay", {"channel": "all"}, content_type="application/json")
        .status_code
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", REPLAYED)
def test_nothing_that_was_given_up_is_sent_again_to_somebody_who_is_let_in_no_more(tmp_path, way):
    ann = person_with("viewer")
    waiting_for(audience_of(ann), tmp_path / "own.jsonl")
    set_active(ann, active=False)

    assert REPLAYED[way]() < 400
    assert Counter(Delivery.objects.values_list("state", flat=True)) == Counter(failed=2)

    set_active(ann, active=True)
    assert REPLAYED[way]() < 400
    assert Counter(Delivery.objects.values_list("state", flat=True)) == Counter(failed=1, pending=1)


@pytest.mark.django_db(transaction=True)
def test_somebody_who_may_come_in_again_is_told_what_happens_from_then_on(tmp_path):
    ann = person_with("viewer")
    waiting_for(audience_of(ann), tmp_path / "own.jsonl")
    set_active(ann, active=False)
    set_active(ann, active=True)
    raise_notices([Told("signal.published", "two", {"strategy": "Busy"})], at=utc_now() + HOUR)
    deliver_due(at=utc_now() + HOUR, hides=unheard_by)
    deliver_due(at=utc_now() + 3 * HOUR, hides=unheard_by)
    [line] = (tmp_path / "own.jsonl").read_text().splitlines()
    assert json.loads(line)["data"]["subject"] == "two"


def audience_of(person):
    return f"person:{person.pk}"

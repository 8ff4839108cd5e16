"""Who leaves takes along what they were told by: by the page, by the API and by the command alike."""

import pytest

from heliograph.accounts.models import StrategyOwner, Team
from heliograph.accounts.teams import add_team
from heliograph.kit.clock import utc_now
from heliograph.notices.channel import add_channel
from heliograph.notices.models import Channel, Subscription
from heliograph.notices.subscription import Wish, add_subscription
from heliograph.signals.models import Strategy
from tests.web.people import person_with, signed_in, with_token

pytestmark = pytest.mark.django_db


def by_page(path):
    return signed_in(person_with("admin")).post(f"/{path}").status_code


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

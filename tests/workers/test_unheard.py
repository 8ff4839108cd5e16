"""Nobody is told of a strategy that they may not see."""

from datetime import UTC, datetime

import pytest

from heliograph.accounts.models import Person, StrategyOwner, Team
from heliograph.accounts.people import add_person
from heliograph.notices.channel import add_channel
from heliograph.notices.models import Delivery
from heliograph.notices.raise_notice import Told, raise_notices
from heliograph.notices.spreading import spread
from heliograph.notices.subscription import Wish, add_subscription
from heliograph.signals.models import Strategy
from heliograph.workers.unheard import unheard_by

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_a_strategy_of_a_team_is_told_to_its_people_to_admins_and_to_the_installation():
    team, others = (Team.objects.create(name=name, created_at=NOON) for name in ("desk", "others"))
    people = {name: add_person(name, role=role, at=NOON) for name, role in WHO.items()}
    team.members.add(people["member"])
    Person.objects.filter(name="left").update(is_active=False)
    team.members.add(people["left"])
    owned = Strategy.objects.create(name="secret", created_at=NOON)
    StrategyOwner.objects.create(strategy=owned, team=team)
    audiences = {name: f"person:{person.pk}" for name, person in people.items()}
    audiences |= {"desk": f"team:{team.pk}", "others": f"team:{others.pk}", "all": "", "odd": "nobody:x"}
    for name, audience in audiences.items():
        add_channel(name, kind="log", options={}, topics=None, at=NOON)
        add_subscription(Wish(name, audience=audience), at=NOON)
    told = [("secret", {"strategy": "secret"}), ("open", {"strategy": "open"}), ("data", {"venue": "x"})]
    raise_notices([Told("signal.published", subject, payload) for subject, payload in told], at=NOON)

    spread(at=NOON, hides=unheard_by)

    heard = {}
    for name, subject in Delivery.objects.values_list("channel__name", "notice__subject"):
        heard.setdefault(name, set()).add(subject)
    everything, the_rest = {"secret", "open", "data"}, {"open", "data"}
    assert heard == {
        "member": everything,
        "admin": everything,
        "desk": everything,
        "all": everything,
        "stranger": the_rest,
        "others": the_rest,
    }


WHO = {"member": "analyst", "stranger": "analyst", "admin": "admin", "left": "admin"}

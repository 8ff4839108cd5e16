"""Analytics by the API: the answer of the room of reports, without what belongs to others."""

import json

import pytest

from heliograph.accounts.models import StrategyOwner
from heliograph.reports.analytics import analytics
from heliograph.reports.asked import Asked
from heliograph.reports.groupings import By
from heliograph.signals.models import Strategy
from tests.reports.ledger import fill, make_ledger, table
from tests.web.api.test_writes import send
from tests.web.people import person_with, with_token

pytestmark = pytest.mark.django_db


def program(role):
    """A program of a person of that role."""
    return with_token("read", role=role)


@pytest.fixture
def rows():
    """Signals of two strategies."""
    fill(make_ledger(), 80)
    return table()


@pytest.mark.parametrize("by", By)
def test_the_answer_is_that_of_the_room(rows, by):
    status, told = send(program("viewer"), "get", f"analytics?by={by}")

    assert status == 200
    assert told == json.loads(json.dumps(analytics(Asked(), by=by).to_dict()))
    assert told["total"]["signals"] == len(rows)


def test_filters_are_heeded(rows):
    day = sorted(rows.day)[40]

    _, told = send(program("viewer"), "get", f"analytics?strategy=Busy&side=short&timeframe=1h&until={day}")

    wanted = (rows.side == "short") & (rows.timeframe == "1h") & (rows.day <= day)
    assert told["total"]["signals"] == wanted.sum() > 0


def test_what_belongs_to_another_is_left_out(rows):
    slow = Strategy.objects.get(name="Slow")
    StrategyOwner.objects.create(strategy=slow, person=person_with("analyst", name="other"))
    others = (rows.strategy_id != slow.pk).sum()

    told = {role: send(program(role), "get", "analytics")[1] for role in ("viewer", "admin")}

    assert told["viewer"]["total"]["signals"] == others < told["admin"]["total"]["signals"] == len(rows)
    assert [group["name"] for group in told["viewer"]["groups"]] == ["Busy"]
    assert send(program("viewer"), "get", "analytics?strategy=Slow")[0] == 404


def test_what_settles_changes_the_answer():
    ledger = make_ledger()
    assert send(program("viewer"), "get", "analytics")[1]["total"]["signals"] == 0

    fill(ledger, 3)

    assert send(program("viewer"), "get", "analytics?by=side")[1]["total"]["signals"] == 3


@pytest.mark.parametrize(
    "asked", ["by=moon", "since=yesterday", "side=up", "since=2025-02-02&until=2025-02-01"]
)
def test_what_cannot_be_asked_is_a_problem(asked):
    status, told = send(program("viewer"), "get", f"analytics?{asked}")

    assert status == 422
    assert told["status"] == 422

"""Recommendations as programs are told of them, and answer to them."""

import pytest

from heliograph.accounts.models import AuditEntry
from heliograph.monitor.advice.finding import Effect, Evidence, Finding
from heliograph.monitor.advice.look import look_for_advice
from heliograph.monitor.advice.models import Recommendation
from heliograph.signals.strategies import add_strategy
from tests.signals.world import BUSY, NOW
from tests.web.api.test_writes import send
from tests.web.people import give_to, person_with

pytestmark = pytest.mark.django_db


def advise(**others):
    """One recommendation that rests on a number."""
    effect = Effect("queues_parked_work", "down", "this piece", now=2.0, expected=1.0)
    evidence = (Evidence("tries", 3, "fleet_work 7"), Evidence("since", NOW.isoformat(), "fleet_work 7"))
    one = Finding(
        "parked work", "shard:7", "Try it again", "It failed.", "heliograph work retry shard:7", evidence
    )
    found = Finding(**{name: getattr(one, name) for name in one.__slots__} | {"effect": effect} | others)
    look_for_advice(at=NOW, rules={"parked work": lambda at: [found]})
    return Recommendation.objects.latest("pk").pk


def test_each_stands_with_its_numbers_and_what_is_expected(as_token):
    number = advise()
    (found,) = send(as_token("read"), "get", "recommendations")[1]["items"]
    assert found == send(as_token("read"), "get", f"recommendations/{number}")[1]
    assert (found["id"], found["state"], found["verdict"], found["judgement"]) == (number, "open", "", None)
    assert found["command"] == "heliograph work retry shard:7"
    assert found["evidence"][0] == {"what": "tries", "value": 3, "source": "fleet_work 7"}
    assert found["effect"] == {
        "measure": "queues_parked_work",
        "labels": {},
        "way": "down",
        "now": 2.0,
        "expected": 1.0,
        "basis": "this piece",
    }


def test_what_is_done_or_dismissed_is_kept_with_who_and_in_the_trail(as_token):
    operator = as_token("write", role="operator")
    for act, body, state in (("done", {}, "done"), ("dismiss", {"reason": "not now"}, "dismissed")):
        Recommendation.objects.all().delete()
        number = advise()
        status, told = send(operator, "post", f"recommendations/{number}/{act}", body)
        assert (status, told["state"], told["reason"]) == (200, state, body.get("reason", ""))
        assert told["answered_by"] == "the operator"
        entry = AuditEntry.objects.latest("pk")
        assert (entry.action, entry.subject) == (f"recommendation.{act}", f"recommendation {number}")
        assert send(operator, "post", f"recommendations/{number}/done")[0] == 409
        assert send(operator, "get", "recommendations")[1]["items"] == []
        assert len(send(operator, "get", f"recommendations?state={state}")[1]["items"]) == 1


def test_those_of_others_are_not_there(as_token):
    theirs = add_strategy(text=BUSY, stage="shadow", at=NOW)
    give_to(theirs.strategy, person_with("analyst", "somebody else"))
    number = advise(strategy_id=theirs.strategy_id)

    operator = as_token("write", role="operator")
    assert send(operator, "get", "recommendations")[1]["items"] == []
    assert send(operator, "get", f"recommendations/{number}")[0] == 404
    assert send(operator, "post", f"recommendations/{number}/done")[0] == 404
    assert len(send(as_token("read"), "get", "recommendations")[1]["items"]) == 1


def test_the_channel_of_another_person_is_not_named(as_token):
    other = person_with("analyst", "somebody else")
    advise(audience=f"person:{other.pk}")
    assert send(as_token("read", role="operator"), "get", "recommendations")[1]["items"] == []
    Recommendation.objects.update(audience="")
    seen = {
        role: len(send(as_token("read", role=role), "get", "recommendations")[1]["items"])
        for role in ("viewer", "operator")
    }
    assert seen == {"viewer": 0, "operator": 1}

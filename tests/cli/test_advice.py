"""Recommendations on the command line."""

import json

import pytest

from heliograph.accounts.models import AuditEntry
from heliograph.monitor.advice.models import Recommendation
from tests.cli.conftest import refused
from tests.web.api.test_recommendations import advise

pytestmark = pytest.mark.django_db


def test_what_could_be_better_is_listed_shown_and_answered(heliograph):
    assert heliograph("advice", "list").err.startswith("Nothing to be better is known")
    number = advise()

    assert "heliograph work retry shard:7" in heliograph("advice", "list").out
    assert heliograph("advice") == heliograph("advice", "list")
    shown = heliograph("advice", "show", number).out
    assert "fleet_work 7" in shown
    assert "Expected: queues_parked_work goes down from 2 to 1; this piece." in shown

    told = json.loads(heliograph("advice", "done", number, "--json").out)
    assert (told["state"], told["verdict"]) == ("done", "cannot tell yet")
    assert told["answered_by"].startswith("command line: ")
    assert AuditEntry.objects.get().action == "recommendation.done"
    assert json.loads(heliograph("advice", "list", "--json").out) == {"items": []}
    assert len(json.loads(heliograph("advice", "list", "--all", "--json").out)["items"]) == 1


def test_what_came_of_it_is_shown(heliograph):
    number = advise()
    heliograph("advice", "done", number)
    means = {
        "before": 2.0,
        "after": 1.0,
        "difference": -1.0,
        "low": -1.5,
        "high": -0.5,
        "n_before": 168,
        "n_after": 40,
    }
    Recommendation.objects.update(verdict="helped", judgement={"still_found": False} | means)
    assert (
        "Verdict: helped; before 2 (n 168), after 1 (n 40), difference -1 (-1.5 to -0.5)."
        in heliograph("advice", "show", number).out
    )


def test_what_cannot_be_answered_is_refused_in_a_sentence(heliograph):
    assert refused(heliograph("advice", "show", 7)).startswith("There is no recommendation 7;")
    number = advise()
    assert heliograph("advice", "dismiss", number, "--reason", "not now").out == "Try it again: dismissed.\n"
    assert refused(heliograph("advice", "done", number)) == f"Recommendation {number} is dismissed already."
    assert AuditEntry.objects.count() == 1

"""Forecasts and trends as programs are told of them."""

from datetime import timedelta

import numpy as np
import pytest

from heliograph.kit.clock import utc_now
from heliograph.monitor.forecasts.history import hour_of
from heliograph.monitor.forecasts.make import make_forecasts
from heliograph.monitor.forecasts.models import Forecast
from heliograph.signals.strategies import add_strategy
from tests.monitor.past import DAY, keep_hours
from tests.signals.world import BUSY, NOW
from tests.web.people import give_to, person_with

pytestmark = pytest.mark.django_db


def foresee():
    at = hour_of(utc_now())
    dice = np.random.default_rng(1)
    free = 90e9 - 1e9 * np.arange(5 * DAY) / DAY + 1e7 * dice.normal(size=5 * DAY)
    keep_hours(
        {("host_disk_free_bytes", (("host", "a"),)): free, "queues_messages": np.arange(9.0)}, until=at
    )
    make_forecasts(at=at)
    return at


def test_the_newest_forecasts_stand_beside_their_score_and_what_lacks_beside_why(as_token):
    at = foresee()
    Forecast.objects.filter(kind="space").update(known=4, error=8, naive_error=16, scaled_error=2, inside=3)

    found = as_token("read").get("/api/v1/forecasts").json()["items"]

    lacking, disk = found
    assert (lacking["kind"], lacking["name"], lacking["values"]) == ("load", "queues_messages", [])
    assert lacking["reason"] == "Its history is of 9 hours; 3 days are needed."
    assert (disk["labels"], disk["model"], disk["coverage"]) == ({"host": "a"}, "Theil-Sen", 0.8)
    stamp = (at + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (len(disk["values"]), disk["values"][-1]["at"]) == (7, stamp)
    assert disk["full_early"] <= disk["full_mean"] <= disk["full_late"]
    assert disk["score"] == {
        "forecasts": 1,
        "values": 4,
        "error": 2.0,
        "naive_error": 4.0,
        "scaled": 0.5,
        "skill": 0.5,
        "inside": 0.75,
    }
    assert as_token("read").get("/api/v1/forecasts?name=queues_messages&fields=name").json()["items"] == [
        {"name": "queues_messages"}
    ]


def test_trends_are_told(as_token):
    foresee()
    disk, queue = as_token("read").get("/api/v1/trends").json()["items"]
    assert disk["slope_low"] <= disk["slope_day"] <= disk["slope_high"] < 0
    assert (disk["unit"], disk["shifts"], queue["slope_day"]) == ("bytes", [], None)
    assert as_token("read").get("/api/v1/trends?shifted=true").json()["items"] == []


def test_what_a_strategy_of_others_will_bring_is_not_told(as_token):
    _, theirs = (
        add_strategy(text=BUSY.replace("Busy", name), stage="shadow", at=NOW) for name in ("Mine", "Theirs")
    )
    give_to(theirs.strategy, person_with("analyst", "somebody else"))
    make_forecasts(at=utc_now())

    told = {
        role: [
            one["strategy"] for one in as_token("read", role=role).get("/api/v1/forecasts").json()["items"]
        ]
        for role in ("viewer", "admin")
    }
    assert told == {"viewer": ["Mine"], "admin": ["Mine", "Theirs"]}

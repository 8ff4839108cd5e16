"""Programs are told how well all of it is, what is weakest and what is not known."""

import pytest

from heliograph.fleet.models import Work
from tests.signals.world import NOW
from tests.web.api.test_writes import send

pytestmark = pytest.mark.django_db


def test_health_is_told_by_its_parts_worst_first(as_token):
    Work.objects.create(kind="generate", key="shard:1", state="parked", started_at=NOW)
    status, told = send(as_token("read", role="viewer"), "get", "health")
    assert (status, told["state"], told["serving"]["database"]) == (200, "red", True)
    parts = {part["name"]: part for part in told["parts"]}
    scores = [part["score"] for part in told["parts"] if part["score"] is not None]
    assert (scores, told["weakest"]) == (sorted(scores), told["parts"][0]["name"])
    # What stands in a row may be somebody's own: notes are not told to all.
    assert "queues_parked_work is 1, red from 1" in parts["queues"]["why"]
    assert {one["reason"] for one in told["unknown"] if one["measure"] == "redis_up"} == {
        "none is named; commands need none"
    }
    assert {one["measure"] for one in told["unknown"]} >= {"timetable_lag_seconds", "workers_alive"}

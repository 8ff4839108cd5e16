"""Programs are told how well all of it is, what is weakest and what is not known."""

from datetime import timedelta

import pytest

from heliograph.fleet.models import Work
from heliograph.kit.clock import utc_now
from heliograph.monitor.tuning.models import Act, Growth
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


def test_advice_on_tuning_is_told_with_what_was_done(as_token):
    at = utc_now()
    Growth.objects.create(
        process="web@here:1",
        kind="web",
        warm_at=at - timedelta(hours=3),
        warm_bytes=200_000_000,
        at=at,
        now_bytes=400_000_000,
    )
    done = {"at": at, "by": "ada", "kind": "unused index", "subject": "a b", "statement": "DROP INDEX b"}
    Act.objects.create(**done, undo="CREATE INDEX b", state="done", seconds=0.5, before={"bytes": 9.0})
    status, told = send(as_token("write", role="operator"), "get", "tuning")
    assert status == 200
    (grows,) = [one for one in told["advice"] if one["kind"] == "growing memory"]
    assert (grows["subject"], grows["statement"], grows["safe"]) == ("web@here:1", "", False)
    (act,) = told["acts"]
    assert (act["by"], act["undo"], act["before"], act["after"]) == (
        "ada",
        "CREATE INDEX b",
        {"bytes": 9},
        {},
    )
    assert send(as_token("read", role="viewer"), "get", "tuning")[0] == 403

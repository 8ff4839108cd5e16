"""Incidents, rules, silences and the dead-man's switch by the API, as by the commands."""

from datetime import timedelta

import pytest

from benchmarks.drills.parts.receiver import receiving
from heliograph.accounts.models import AuditEntry
from heliograph.kit.clock import utc_now
from tests.web.api.test_writes import send
from tests.web.house_alerts import alerts

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(as_token):
    """A program of an operator."""
    return as_token("write", role="operator")


@pytest.fixture
def made():
    return alerts()


def ok(client, method, path, body=None):
    status, told = send(client, method, path, body)
    assert status in (200, 201, 204), told
    return told


def test_incidents_are_listed_read_and_answered(program, made):
    found = ok(program, "get", "incidents?state=going")["items"]
    assert [(one["id"], one["alerts"], one["lasted_s"]) for one in found] == [(made["incident"], 1, None)]
    assert len(ok(program, "get", "incidents?limit=1&rule=redis-down")["items"]) == 1
    assert ok(program, "get", "incidents?severity=info")["items"] == []
    path = f"incidents/{made['incident']}"
    assert ok(program, "post", f"{path}/acknowledge", {"words": "on it"})["state"] == "acknowledged"
    ok(program, "post", f"{path}/comment", {"words": "at noon"})
    story = ok(program, "get", path)
    assert [(line["kind"], line["words"]) for line in story["lines"]][-2:] == [
        ("acknowledged", "on it"),
        ("comment", "at noon"),
    ]
    assert (story["anchor"], story["alerts"][0]["rule"]) == (
        "docs/operations/alerts.md#redis-down",
        "redis-down",
    )
    assert ok(program, "post", f"{path}/close", {})["state"] == "resolved"
    assert send(program, "post", f"{path}/acknowledge", {})[0] == 409
    assert send(program, "get", "incidents/999999")[0] == 404
    assert ok(program, "get", "alert-trends?days=7")["to_acknowledge"]["number"] == 1


def test_rules_are_changed_added_and_removed(program, made):
    rule = ok(program, "patch", "alert-rules/redis-down", {"for_seconds": 90, "escalate_minutes": None})
    assert (rule["for_seconds"], rule["escalate_minutes"], rule["changed"]) == (
        90,
        None,
        ["escalate_minutes", "for_seconds"],
    )
    assert ok(program, "post", "alert-rules/redis-down/reset")["changed"] == []
    new = {"name": "mine", "kind": "threshold", "measure": "queues_depth", "title": "A", "says": "B"}
    assert send(program, "post", "alert-rules", new)[0] == 422
    assert ok(program, "post", "alert-rules", new | {"options": {"above": 5}})["shipped"] is False
    assert send(program, "post", "alert-rules", new | {"measure": "nothing_is"})[0] == 422
    assert ok(program, "delete", "alert-rules/mine") is None
    assert send(program, "delete", "alert-rules/redis-down")[0] == 409
    assert ok(program, "get", "alert-rules/few-signals")["state"] == "well"
    told = [one.action for one in AuditEntry.objects.order_by("pk")]
    assert told == ["alert.change", "alert.reset", "alert.add", "alert.remove"]


def test_silences_are_added_and_ended(program, made):
    until = (utc_now() + timedelta(hours=2)).isoformat()
    silence = ok(program, "post", "silences", {"ends_at": until, "why": "moving", "rules": ["redis*"]})
    assert (silence["state"], silence["who"] != "") == ("holds", True)
    assert ok(program, "post", f"silences/{silence['id']}/end")["state"] == "over"
    assert [one["id"] for one in ok(program, "get", "silences")["items"]] == [made["silence"]]
    assert send(program, "post", "silences", {"ends_at": "2020-01-01T00:00:00Z", "why": "x"})[0] == 422


def test_the_dead_mans_switch_is_set_tried_and_ended_and_only_an_admin_names_private_hosts(program, as_token):
    with receiving() as receiver:
        asked = {"url": receiver.url("/ping/secret"), "allow_private": ["127.0.0.1"]}
        assert send(program, "put", "heartbeat", asked)[0] == 403
        admin = as_token("admin")
        assert ok(admin, "put", "heartbeat", asked)["where"] == f"127.0.0.1:{receiver.port}"
        assert ok(program, "post", "heartbeat/test") == {"sent": True, "error": ""}
    assert ok(program, "get", "heartbeat")["state"] == "reached"
    assert send(program, "put", "heartbeat", {"url": "http://example.com"})[0] == 422
    assert send(program, "put", "heartbeat", {})[0] == 422
    assert ok(program, "delete", "heartbeat") is None
    assert send(program, "get", "heartbeat")[0] == 404

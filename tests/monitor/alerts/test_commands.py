"""The commands of incidents, rules, silences and the dead-man's switch."""

import json

import pytest

from benchmarks.drills.parts.receiver import Reply, receiving
from heliograph.accounts.models import AuditEntry
from heliograph.monitor.alerts.models import Incident
from tests.cli.conftest import heliograph, refused
from tests.monitor.alerts.looking import Looks

__all__ = ["heliograph"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def read(heliograph):
    """What a command prints as JSON."""

    def call(*words):
        answer = heliograph(*words, "--json")
        assert (answer.code, answer.err) == (0, "")
        return json.loads(answer.out)

    return call


@pytest.fixture
def broken():
    """Redis is away: an incident that goes on."""
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, redis_up=0)
    return Incident.objects.get()


def actions():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_incidents_are_listed_shown_answered_and_closed(heliograph, read, broken):
    (item,) = read("incident", "list")
    assert (item["id"], item["rule"], item["state"], item["lasted_s"]) == (
        broken.pk,
        "redis-down",
        "open",
        None,
    )
    assert "Redis does not answer" in heliograph("incident", "list").out
    read("incident", "acknowledge", broken.pk, "--words", "on it")
    heliograph("incident", "comment", broken.pk, "the provider says noon")
    story = read("incident", "show", broken.pk)
    assert [line["kind"] for line in story["lines"]][-2:] == ["acknowledged", "comment"]
    assert story["lines"][-1]["who"].startswith("command line: ")
    shown = heliograph("incident", "show", broken.pk).out
    assert "What to do: Start Redis again" in shown
    assert "docs/operations/alerts.md#redis-down" in shown
    read("incident", "close", broken.pk)
    assert read("incident", "list") == []
    assert [one["state"] for one in read("incident", "list", "--all")] == ["resolved"]
    over = f"Incident {broken.pk} is over already."
    assert refused(heliograph("incident", "acknowledge", broken.pk)) == over
    assert refused(heliograph("incident", "show", 999999)).startswith("There is no incident 999999")
    assert actions() == ["incident.acknowledge", "incident.comment", "incident.close"]
    assert read("incident", "trends", "--days", 730)["noisiest"][0]["rule"] == "redis-down"
    assert "1 incidents in 730 days" in heliograph("incident", "trends", "--days", 730).out


def test_rules_are_changed_switched_off_reset_added_and_removed(heliograph, read):
    changed = read("alert", "change", "disk-filling", "--below", "0.2", "--for", "30", "--escalate", "0")
    assert (changed["options"], changed["for_seconds"], changed["escalate_minutes"]) == (
        {"below": 0.2},
        30,
        None,
    )
    assert changed["changed"] == ["escalate_minutes", "for_seconds", "options"]
    assert read("alert", "disable", "disk-filling")["enabled"] is False
    assert heliograph("alert", "enable", "disk-filling").out == "disk-filling is on.\n"
    assert read("alert", "reset", "disk-filling")["changed"] == []
    words = (
        "burn",
        "notices_lag_seconds",
        "--above",
        "60",
        "--objective",
        "0.99",
        "--window",
        "300:3600:14.4",
    )
    made = read("alert", "add", "late", *words, "--label", "queue=a*", "--severity", "info")
    assert (made["options"]["windows"], made["labels"], made["cause"]) == (
        [[300, 3600, 14.4]],
        {"queue": "a*"},
        "late",
    )
    listed = {one["name"]: one["state"] for one in read("alert", "list")}
    assert (listed["late"], listed["redis-down"]) == ("well", "well")
    assert "Holds if too many minutes have notices_lag_seconds" in heliograph("alert", "show", "late").out
    assert read("alert", "remove", "late") == {"rule": "late", "removed": True}
    assert "comes with Heliograph" in refused(heliograph("alert", "remove", "redis-down"))
    assert "did you mean redis-down" in refused(heliograph("alert", "show", "redis-dwn"))
    assert refused(heliograph("alert", "change", "redis-down")).startswith("Say what is to be other")
    wrong = heliograph("alert", "add", "x", "threshold", "redis_up", "--above", "1", "--label", "no")
    assert refused(wrong) == "--label takes NAME=PATTERN such as queue=generate, not `no`."


def test_silences_are_added_listed_and_ended(heliograph, read):
    made = read("silence", "add", "moving", "--for", "2h", "--rule", "database", "--label", "host=a")
    assert (made["rules"], made["labels"], made["kind"]) == (["database"], {"host": "a"}, "silence")
    window = ("nightly", "--maintenance", "--from", "2026-12-01T02:00", "--for", "30m", "--every", "1")
    later = read("silence", "add", *window)
    assert (later["begins_at"], later["ends_at"]) == ("2026-12-01T02:00:00Z", "2026-12-01T02:30:00Z")
    assert {one["id"] for one in read("silence", "list")} >= {made["id"]}
    assert "moving" in heliograph("silence", "list").out
    assert read("silence", "end", made["id"])["ended"]
    assert refused(heliograph("silence", "end", made["id"])).startswith(
        f"There is no silence {made['id']} to"
    )
    assert refused(heliograph("silence", "add", "x", "--for", "soon")).startswith("--for takes a length")
    assert actions() == ["silence.add", "silence.add", "silence.end"]


def test_the_dead_mans_switch_is_set_tried_shown_and_ended(heliograph, read):
    assert refused(heliograph("heartbeat", "show")).startswith("No address is set")
    with receiving() as receiver:
        address = receiver.url("/ping/secret")
        made = read("heartbeat", "set", address, "--allow-private", "127.0.0.1", "--least-score", "50")
        assert (made["state"], made["least_score"], made["where"]) == (
            "new",
            50,
            f"127.0.0.1:{receiver.port}",
        )
        assert heliograph("heartbeat", "test").out == "It was taken.\n"
        receiver.reply = lambda request: Reply(500)
        failed = heliograph("heartbeat", "test")
        assert (failed.code, failed.err.strip()) == (3, "It answered 500 Internal Server Error.")
        shown = heliograph("heartbeat", "show").out
    assert "secret" not in shown
    assert "It failed 1 times in a row" in shown
    assert read("heartbeat", "off") == {"heartbeat": None}
    assert refused(heliograph("heartbeat", "set")).startswith("Name the address")
    assert "secret" not in " ".join(map(str, AuditEntry.objects.values_list("subject", "details")))

"""Rolling a version out and back from the command line."""

import json

import pytest

from tests.cli.conftest import refused
from tests.signals.world import BUSY, NOW, feed, make_venue, walk

pytestmark = pytest.mark.django_db
SECOND = BUSY.replace("cooldown = 3", "cooldown = 2")


@pytest.fixture
def stored(heliograph, tmp_path):
    """Candles, a live version and a shadow that may follow it; runs a command for its JSON."""
    batch, instruments = make_venue(symbols=("A/USDT", "B/USDT"))
    feed(batch, instruments, walk(81, 300, instruments=2), at=NOW)

    def answers(*words):
        answer = heliograph(*words, "--json")
        assert (answer.code, answer.err) == (0, "")
        return json.loads(answer.out)

    for number, text in enumerate((BUSY, SECOND)):
        (tmp_path / f"{number}.toml").write_text(text)
        answers("strategy", "add", tmp_path / f"{number}.toml", "--stage", ("live", "shadow")[number])
    answers("generate")
    return answers


def test_a_version_is_rolled_out_and_back(heliograph, stored):
    begun = stored("strategy", "promote", "Busy@2", "--share", 25, "--max-drop-r", 0.1)
    table = heliograph("strategy", "list").out
    raised = stored("strategy", "promote", "Busy", "--share", 60)
    running = stored("strategy", "rollouts", "Busy")["items"]
    back = stored("strategy", "rollback", "Busy", "--reason", "too loud")
    ended = heliograph("strategy", "rollouts").out

    assert [(one["version"], one["stage"], one["share"]) for one in (begun, raised)] == [
        (2, "live", 25),
        (2, "live", 60),
    ]
    assert ("live, 75 %" in table, "live, 25 %" in table) == (True, True)
    assert [(one["version"], one["former"], one["share"], one["state"]) for one in running] == [
        (2, 1, 60, "running")
    ]
    assert running[0]["gates"]["max_drop_r"] == 0.1
    assert (back["version"], back["stage"], back["share"]) == (1, "live", 100)
    assert "rolled back" in ended
    assert "too loud" in ended


def test_two_versions_are_compared_with_their_intervals(heliograph, stored):
    found = stored("strategy", "compare", "Busy", 1, 2)
    told = heliograph("strategy", "compare", "Busy", "1", "2").out
    assert heliograph("strategy", "compare", "Busy", "v1", "Busy@2").out == told

    assert (found["instruments"], [one["version"] for one in found["versions"]]) == (2, [1, 2])
    assert found["in_common"] > 5
    for one in found["versions"]:
        assert one["mean_r"]["n"] == one["settled"] > 5
        assert one["hit_rate"]["low"] < one["hit_rate"]["value"] < one["hit_rate"]["high"]
    assert "2 common instruments, 2024-01-01 00:00 to 2024-01-13 11:00 UTC" in told
    assert f"n {found['versions'][0]['settled']}" in told


def test_what_changed_in_meaning_is_told(heliograph, stored):
    found = stored("strategy", "diff", "Busy", "v1", "Busy@2")
    told = heliograph("strategy", "diff", "Busy", 1, 2)
    same = heliograph("strategy", "diff", "Busy", 1, 1)

    assert (found["same_meaning"], [one["says"] for one in found["changes"]]) == (
        False,
        ["`cooldown` 3 → 2"],
    )
    assert (told.out, told.err) == ("`cooldown` 3 → 2\n", "")
    assert (same.out, same.err) == ("", "No change in meaning.\n")
    assert refused(heliograph("strategy", "diff", "Busy", 1, 7)).startswith("'Busy' has no version 7;")


def test_what_cannot_be_is_a_sentence(heliograph, stored):
    assert refused(heliograph("strategy", "promote", "Busy@9")).startswith("'Busy' has no version 9;")
    assert refused(heliograph("strategy", "promote", "Busy@2", "--version", "1")) == (
        "Busy@2 and --version 1 name two versions; leave one out."
    )
    assert refused(heliograph("strategy", "compare", "Busy", "1", "other@2")) == (
        "'other@2' names no version of Busy; write its number, such as 1, v1 or Busy@1."
    )
    assert refused(heliograph("strategy", "rollback", "Busy")) == (
        "Busy: no version of it was live before; there is nothing to roll back to."
    )


def test_generate_tells_what_waits(heliograph, stored):
    done = stored("generate")

    assert (done["postponed"], done["postponements"]) == (0, [])

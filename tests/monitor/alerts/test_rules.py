"""Rules: those that ship are stored and kept up to date, one's own are checked, and each kind judges."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from typer.main import get_command

from heliograph.cli.app import app
from heliograph.monitor.alerts.errors import BadRule, NoSuchRule, RuleIsShipped
from heliograph.monitor.alerts.models import Incident, Rule
from heliograph.monitor.alerts.reference import alerts_reference
from heliograph.monitor.alerts.rules import (
    add_rule,
    all_rules,
    change_rule,
    find_rule,
    remove_rule,
    reset_rule,
)
from heliograph.monitor.alerts.shipped import SHIPPED
from heliograph.monitor.alerts.terms import PAGE, Terms
from heliograph.monitor.measure import known
from heliograph.monitor.store import roll_up, write
from tests.monitor.alerts.looking import BY_NAME, MINUTE, NOON, Looks, going

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]
TURNED = [[300, 200, 1]]
TERMS = {"title": "A", "says": "B", "severity": "warning", "cause": "mine"}


def own(kind="threshold", measure="queues_depth", options=None, **more):
    options = {"above": 1} if options is None else options
    return Terms(kind=kind, measure=measure, options=options, **{**TERMS, **more})


def test_each_shipped_rule_is_fit_for_use_and_has_its_place_on_the_page():
    assert [rule.name for rule in all_rules()] == sorted(SHIPPED)
    text = (ROOT / PAGE).read_text()
    assert text == alerts_reference(), "run: make docs"
    for name, terms in SHIPPED.items():
        change_rule(name, {})
        assert terms.anchor == f"{PAGE}#{name}"
        assert f"\n## {name}\n" in text
        assert set(terms.follows) <= SHIPPED.keys()
        assert name not in terms.follows
        assert terms.says.endswith(".")
        assert terms.comes_from
        assert terms.look
        assert terms.remedy


def test_commands_that_rules_name_are_commands():
    known_words = set(get_command(app).commands)
    named = [
        (name, word)
        for name, terms in SHIPPED.items()
        for word in re.findall(r"heliograph ([a-z]+)", f"{terms.look} {terms.remedy}")
    ]
    assert [one for one in named if one[1] not in known_words] == []


def test_what_the_owner_changed_stays_when_a_rule_ships_anew():
    change_rule("redis-down", {"for_seconds": 90})
    rule = find_rule("redis-down")
    assert (rule.for_seconds, rule.changed) == (90, ["for_seconds"])
    # As it was shipped before: with another title, and other seconds.
    before = rule.shipped | {"title": "Redis is away", "for_seconds": 10}
    Rule.objects.filter(pk=rule.pk).update(shipped=before, title="Redis is away")
    renewed = find_rule("redis-down")
    assert (renewed.title, renewed.for_seconds) == ("Redis does not answer", 90)
    assert reset_rule("redis-down").changed == []
    assert find_rule("redis-down").for_seconds == SHIPPED["redis-down"].for_seconds


def test_a_shipped_rule_that_was_removed_from_the_rows_comes_again_and_none_can_be_removed():
    all_rules()
    Rule.objects.filter(name="redis-down").delete()
    assert find_rule("redis-down").enabled
    with pytest.raises(RuleIsShipped):
        remove_rule("redis-down")
    add_rule("mine", own())
    remove_rule("mine")
    with pytest.raises(NoSuchRule, match="did you mean redis-down"):
        find_rule("redis-dwn")


@pytest.mark.parametrize(
    ("terms", "field", "says"),
    [
        (own(measure="queues_depht"), "measure", "did you mean queues_depth"),
        (own(options={}), "options", "from where on it is bad"),
        (own(options={"above": 1, "below": 2}), "options", "from where on it is bad"),
        (own(options={"above": 1, "clear": 2}), "options", "far side"),
        (own(options={"above": "much"}), "options", "is a number"),
        (own(options={"above": float("nan")}), "options", "is a number"),
        (own(kind="absence"), "options", "takes no above"),
        (own(kind="burn", options={"above": 1, "objective": 2, "windows": []}), "options", "between 0 and 1"),
        (own(kind="burn", options={"above": 1, "objective": 0.9, "windows": TURNED}), "options", "rise"),
        (own(severity="fatal"), "severity", "no severity"),
        (own(cause="My cause"), "cause", "word"),
        (own(for_seconds=-1), "for_seconds", "whole number"),
        (own(title=" "), "title", "Say in words"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_by_its_field(terms, field, says):
    with pytest.raises(BadRule, match=says) as refused:
        add_rule("mine", terms)
    assert refused.value.field == field


def test_a_rule_of_ones_own_opens_an_incident_of_the_series_that_it_names():
    add_rule("mine", own(labels={"queue": "h*"}, for_seconds=0))
    looks = Looks()
    looks.look()
    assert looks.look(queues_depth=5) == ["mine"]
    assert Incident.objects.get().title == "A (here)"
    change_rule("mine", {"labels": {"queue": "elsewhere"}})
    looks.wait(minutes=17)
    assert going() == []


def test_one_that_is_switched_off_ends_what_it_opened():
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, redis_up=0)
    change_rule("redis-down", {"enabled": False})
    assert looks.look() == []


def test_it_is_well_again_beyond_the_limit_that_clears():
    add_rule("mine", own(options={"above": 10, "clear": 5}, for_seconds=0, clear_seconds=0))
    looks = Looks()
    looks.look(times=2)
    assert looks.look(queues_depth=11) == ["mine"]
    assert looks.look(queues_depth=7) == ["mine"]
    assert looks.look(queues_depth=5) == []


def test_what_is_not_known_for_too_long_is_absent():
    looks = Looks()
    looks.look(times=2)
    assert looks.look(times=5, every=MINUTE, market_awaited_series="it took too long") == []
    assert looks.look(times=2, every=MINUTE) == ["watch-blind-market"]
    assert looks.look(times=4, market_awaited_series=3) == []


def keep(name, at, value):
    write([known(BY_NAME[name], value)], at=at, spent_ms=1)


def test_bad_minutes_in_both_windows_burn_the_budget():
    for minute in range(70):
        keep("notices_lag_seconds", NOON + minute * MINUTE, 100 if minute >= 55 else 1)
    roll_up(at=NOON + 70 * MINUTE)
    burn = {"above": 60, "objective": 0.99, "windows": [[300, 3600, 14.4]]}
    add_rule("mine", own("burn", "notices_lag_seconds", burn, for_seconds=0))
    looks = Looks(at=NOON + 70 * MINUTE)
    assert looks.look(notices_lag_seconds=1) == ["mine"]
    words = Incident.objects.get().alerts.get().words
    assert words.startswith("25 % of the minutes were bad, 1.7")


def test_too_few_minutes_say_nothing():
    keep("notices_lag_seconds", NOON - MINUTE, 100)
    roll_up(at=NOON)
    burn = {"above": 60, "objective": 0.99, "windows": [[300, 3600, 14.4]]}
    add_rule("mine", own("burn", "notices_lag_seconds", burn, for_seconds=0))
    assert Looks().look(notices_lag_seconds=100) == []


@pytest.mark.parametrize(("days", "value", "expected"), [(9, 10, ["mine"]), (9, 96, []), (3, 10, [])])
def test_what_is_far_from_this_hour_of_the_days_before_is_unusual(days, value, expected):
    for day in range(1, days + 1):
        keep("generation_bars", NOON - timedelta(days=day), 100 + day % 3)
    keep("generation_bars", NOON - timedelta(days=1) + timedelta(hours=2), 5)
    roll_up(at=NOON - timedelta(minutes=10))
    keep("generation_bars", NOON - 3 * MINUTE, value)
    roll_up(at=NOON)
    options = {"deviations": 4, "least": 2, "side": "below", "days": 14}
    add_rule("mine", own("anomaly", "generation_bars", options, for_seconds=0))
    assert Looks().look(generation_bars=value) == expected


def test_the_next_look_goes_by_the_rules_as_they_are():
    looks = Looks()
    with transaction.atomic():
        # What ships is stored with the first look, and here taken back.
        looks.look()
        transaction.set_rollback(True)
    looks.look(times=2)
    change_rule("redis-down", {"enabled": False})
    assert looks.look(times=8, redis_up=0) == []
    # By whatever way a row is changed.
    Rule.objects.filter(name="redis-down").update(enabled=True)
    assert looks.look(times=8) == ["redis-down"]

"""Rules hold for a while, incidents are opened, told once, and are over again."""

from datetime import timedelta

import pytest

from heliograph.monitor.alerts.evaluate import evaluate
from heliograph.monitor.alerts.incidents import acknowledge, close
from heliograph.monitor.alerts.models import Alert, Incident
from heliograph.monitor.alerts.outage import keep_outage
from heliograph.monitor.alerts.rules import change_rule
from heliograph.monitor.measure import NOTHING
from tests.monitor.alerts.looking import MINUTE, NOON, SECOND, Looks, lines, told

pytestmark = pytest.mark.django_db


def test_a_quiet_period_raises_nothing():
    looks = Looks()
    assert (looks.wait(minutes=10), told(), Alert.objects.count()) == ([], [], 0)


def test_what_holds_for_long_enough_is_an_incident_told_once_and_over_when_it_was_well_for_a_while():
    looks = Looks()
    looks.look(times=2)
    assert looks.look(times=2, redis_up=0) == []
    began = looks.at - 15 * SECOND
    assert looks.look(times=4) == ["redis-down"]
    incident = Incident.objects.get()
    assert (incident.opened_at, incident.severity, incident.title) == (
        began,
        "critical",
        "Redis does not answer",
    )
    assert told() == [("incident.critical", "opened", "redis-down")]

    assert looks.look(redis_up=1) == ["redis-down"]
    over = looks.at
    assert looks.look(times=2) == []
    incident.refresh_from_db()
    assert (incident.state, incident.resolved_at) == ("resolved", over)
    assert lines(incident) == ["opened", "told", "cleared", "resolved", "told"]
    assert told()[1:] == [("incident.critical", "resolved", "redis-down")]


def test_what_ends_before_it_held_for_long_enough_leaves_nothing():
    looks = Looks()
    looks.look(times=2, redis_up=0)
    looks.look(times=9, redis_up=1)
    assert (Incident.objects.count(), Alert.objects.count(), told()) == (0, 0, [])


def test_alerts_of_one_cause_are_one_incident_and_one_notice():
    looks = Looks()
    looks.look(times=2)
    assert looks.look(times=6, workers_unserved_queues=2, workers_lost=1) == ["concern-unserved"]
    assert told() == [("incident.critical", "opened", "concern-unserved")]
    incident = Incident.objects.get()
    assert [(one.rule.name, one.is_consequence) for one in incident.alerts.order_by("pk")] == [
        ("concern-unserved", False),
        ("worker-lost", True),
    ]


def test_what_follows_from_a_cause_is_part_of_its_incident_even_if_it_was_seen_first():
    looks = Looks()
    looks.look(times=2)
    # Bars wait, and only then it is seen that Redis is away.
    assert looks.look(times=3, invariants_unevaluated_versions=1) == ["strategy-unevaluated"]
    assert looks.look(times=5, redis_up=0)[-1:] == ["redis-down"]
    first, cause = Incident.objects.order_by("pk")
    assert (first.state, first.absorbed_by, cause.state) == ("absorbed", cause, "open")
    assert looks.look(times=9, redis_up=1, invariants_unevaluated_versions=0) == []
    assert ("incident.critical", "resolved", "redis-down") in told()


def test_what_outlives_its_cause_is_an_incident_of_its_own():
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, redis_up=0, invariants_unevaluated_versions=1)
    assert looks.look(times=6, redis_up=1) == ["redis-down"]
    assert looks.wait(minutes=6) == ["strategy-unevaluated"]


def test_what_is_not_known_any_more_neither_opens_nor_ends_an_incident():
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, queues_parked_work=1)
    assert looks.look(queues_parked_work="it took too long") == ["work-parked"]
    assert looks.wait(minutes=20) == ["work-parked"]
    incident = Incident.objects.get()
    assert lines(incident) == ["opened", "told", "unknown"]
    assert incident.entries.last().words.endswith("not known, it took too long")

    assert looks.look(queues_parked_work=1) == ["work-parked"]
    assert lines(incident)[-1] == "known"
    looks.look(queues_parked_work="it took too long")
    close(incident.pk, who="ada", at=looks.at, words="it was dropped")
    assert looks.look(times=4) == []


def test_what_is_not_measured_any_more_is_over_after_a_while_and_says_so():
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, queues_parked_work=1)
    assert looks.look(queues_parked_work="gone") == ["work-parked"]
    assert looks.wait(minutes=14) == ["work-parked"]
    assert looks.wait(minutes=2) == []
    incident = Incident.objects.get()
    assert "not measured any more" in incident.entries.filter(kind="cleared").get().words


def test_where_there_is_nothing_to_measure_any_more_it_is_over_after_a_while_and_says_so():
    looks, nothing = Looks(), f"{NOTHING}hardly anything was asked"
    looks.wait(cache_errors_ratio=0.5, minutes=12)
    assert looks.look(cache_errors_ratio=nothing) == ["cache-errors"]
    assert looks.wait(minutes=10) == ["cache-errors"]
    # What was not known meanwhile counts from its end on.
    looks.look(cache_errors_ratio="a process ended")
    looks.look(cache_errors_ratio=nothing)
    assert looks.wait(minutes=14) == ["cache-errors"]
    assert looks.wait(minutes=2) == []
    assert nothing in Incident.objects.get().entries.filter(kind="cleared").get().words


def test_what_comes_back_soon_is_the_same_incident_and_after_three_times_it_flaps():
    looks = Looks()
    looks.look(times=2)
    for _ in range(4):
        looks.look(times=5, redis_up=0)
        looks.look(times=5, redis_up=1)
    incident = Incident.objects.get()
    assert (incident.reopened, incident.flapping, incident.state) == (3, True, "open")
    assert [state for _, state, _ in told()] == [
        "opened",
        "resolved",
        "reopened",
        "resolved",
        "reopened",
        "resolved",
        "flapping",
    ]
    looks.look(times=5, redis_up=0)
    looks.look(times=5, redis_up=1)
    assert len(told()) == 7
    assert looks.wait(minutes=16) == []
    assert [state for _, state, _ in told()][7:] == ["resolved"]


def test_what_comes_back_by_another_rule_of_its_cause_is_named_by_that():
    looks = Looks()
    looks.wait(database_longest_query_seconds=200, minutes=3)
    assert looks.wait(database_longest_query_seconds=0, minutes=3) == []
    assert looks.wait(database_lock_wait_seconds=60, minutes=3) == ["lock-waits"]
    incident = Incident.objects.get()
    assert (incident.title, incident.reopened) == ("Statements wait for a lock", 1)
    assert told()[-1] == ("incident.warning", "reopened", "lock-waits")


def test_nobody_answers_and_it_is_raised_and_told_again_until_somebody_does():
    change_rule("redis-down", {"escalate_minutes": 5, "repeat_minutes": 10})
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, redis_up=0)
    looks.wait(minutes=6)
    assert told()[1:] == [("incident.escalated", "escalated", "redis-down")]
    looks.wait(minutes=11)
    assert [state for _, state, _ in told()] == ["opened", "escalated", "reminder"]

    incident = Incident.objects.get()
    acknowledge(incident.pk, who="ada", at=looks.at, words="on it")
    acknowledge(incident.pk, who="bob", at=looks.at)
    looks.wait(minutes=25)
    assert len(told()) == 3
    incident.refresh_from_db()
    assert (incident.state, incident.acknowledged_by) == ("acknowledged", "ada")
    looks.look(times=4, redis_up=1)
    assert told()[3:] == [
        ("incident.critical", "resolved", "redis-down"),
        ("incident.escalated", "resolved", "redis-down"),
    ]


def test_a_change_for_the_worse_is_a_line_of_the_time_line():
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, queues_parked_work=2)
    looks.look(queues_parked_work=2.5)
    looks.look(queues_parked_work=9)
    incident = Incident.objects.get()
    assert incident.entries.get(kind="changed").words.endswith("queues_parked_work is 9")
    assert incident.alerts.get().worst == 9


def test_the_database_was_away_and_its_incident_begins_when_that_did():
    looks = Looks()
    looks.look(times=2)
    away, back = looks.at + 5 * SECOND, looks.at + 4 * MINUTE
    keep_outage(since=away, until=back, reason="connection refused")
    keep_outage(since=away + 2 * SECOND, until=back, reason="connection refused")
    looks.at = back
    looks.look(times=5)
    incident = Incident.objects.get()
    assert (incident.rule_name, incident.opened_at, incident.state) == ("database-down", away, "resolved")
    # That nobody could look meanwhile follows from it.
    ends = {one.rule.name: one.resolved_at for one in incident.alerts.all()}
    assert ends == {"database-down": back, "watch-interrupted": back + 30 * SECOND}
    assert [state for _, state, _ in told()] == ["opened", "resolved"]
    assert lines(incident)[0] == "opened"


def test_a_gap_between_two_looks_is_told_of():
    looks = Looks()
    looks.look(times=2)
    last = looks.at
    looks.at += timedelta(hours=2)
    assert looks.look() == ["watch-interrupted"]
    assert Incident.objects.get().opened_at == last
    assert looks.look(times=4) == []


def test_an_old_look_that_comes_late_changes_nothing():
    looks = Looks()
    looks.look(times=4)
    assert evaluate([], at=NOON) is False
    assert evaluate([], at=looks.at) is False

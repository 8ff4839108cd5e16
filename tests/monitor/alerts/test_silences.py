"""What is silenced opens incidents and tells nobody; trends count what was."""

from datetime import timedelta

import pytest

from heliograph.monitor.alerts.errors import BadSilence, NoSuchSilence
from heliograph.monitor.alerts.incidents import acknowledge
from heliograph.monitor.alerts.models import Incident
from heliograph.monitor.alerts.queries import list_rules, list_silences, read_incident, standing
from heliograph.monitor.alerts.silences import Hush, add_silence, end_silence, holds
from heliograph.monitor.alerts.trends import trends
from tests.monitor.alerts.looking import MINUTE, NOON, Looks, told

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hush(begins=NOON, length=HOUR, **more):
    return Hush(begins_at=begins, ends_at=begins + length, why="moving", **more)


def test_a_silence_keeps_an_incident_from_being_told_until_it_is_over():
    silence = add_silence(hush(rules=["redis"]), who="ada", at=NOON)
    looks = Looks()
    looks.look(times=2)
    looks.look(times=8, redis_up=0)
    incident = Incident.objects.get()
    assert (incident.silenced, told()) == (True, [])
    assert incident.entries.get(kind="silenced").words == f"silence {silence.pk}: moving"
    end_silence(silence.pk, at=looks.at)
    looks.look()
    assert told() == [("incident.critical", "opened", "redis-down")]
    assert [line.kind for line in read_incident(incident.pk).lines][-2:] == ["heard", "told"]
    with pytest.raises(NoSuchSilence):
        end_silence(silence.pk, at=looks.at)


def test_what_is_over_while_it_is_silenced_is_never_told():
    add_silence(hush(rules=["redis-*"]), who="ada", at=NOON)
    looks = Looks()
    looks.look(times=2)
    looks.look(times=8, redis_up=0)
    assert looks.look(times=4, redis_up=1) == []
    assert told() == []


def test_only_what_fits_is_silenced():
    add_silence(hush(rules=["database"]), who="ada", at=NOON)
    add_silence(hush(labels={"host": "another"}), who="ada", at=NOON)
    looks = Looks()
    looks.look(times=2)
    looks.look(times=8, redis_up=0)
    assert [state for _, state, _ in told()] == ["opened"]


def test_a_maintenance_window_comes_round_every_so_many_days():
    window = add_silence(
        hush(NOON - 3 * DAY, every_days=2, is_maintenance=True), who="ada", at=NOON - 4 * DAY
    )
    days = [-4, -3, -2, -1, 0, 1]
    found = [day for day in days if holds(window, at=NOON + day * DAY + 10 * MINUTE)]
    assert found == [-3, -1, 1]
    assert not holds(window, at=NOON - DAY + HOUR)
    assert [item.state for item in list_silences(at=NOON)] == ["waits"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (hush(length=timedelta(0)), "ends_at"),
        (hush(NOON - DAY), "ends_at"),
        (hush(length=800 * DAY), "ends_at"),
        (hush(every_days=32), "every_days"),
        (hush(length=3 * DAY, every_days=2), "every_days"),
        (hush(rules=["x" * 65]), "rules"),
        (Hush(begins_at=NOON, ends_at=NOON + HOUR, why=" "), "why"),
    ],
)
def test_a_silence_that_cannot_be_is_refused_by_its_field(asked, field):
    with pytest.raises(BadSilence) as refused:
        add_silence(asked, who="ada", at=NOON)
    assert refused.value.field == field


def test_trends_count_what_fired_and_how_soon_it_was_answered_and_over():
    looks = Looks()
    looks.look(times=2)
    looks.look(times=6, redis_up=0, invariants_unevaluated_versions=1)
    assert standing().critical == 1
    assert {item.rule.name: item.state for item in list_rules()}["redis-down"] == "firing"
    acknowledge(Incident.objects.get().pk, who="ada", at=looks.at + MINUTE)
    looks.look(times=8, redis_up=1, invariants_unevaluated_versions=0)
    found = trends(at=looks.at, days=1)
    assert (found.incidents, found.absorbed, found.told) == (1, 0, 2)
    assert (found.to_acknowledge.number, found.to_resolve.number) == (1, 1)
    assert found.to_acknowledge.median_s == 60 + 45
    assert [(one.rule, one.fired, one.followed, one.answered) for one in found.noisiest] == [
        ("redis-down", 1, 0, 1),
        ("strategy-unevaluated", 1, 1, 1),
    ]
    assert trends(at=looks.at + 9 * DAY, days=1).to_resolve.mean_s is None

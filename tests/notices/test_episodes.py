"""What lasts is told when it begins and when it is over, and once."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.notices.episodes import Lasting, tell_episodes
from heliograph.notices.models import Episode, Notice

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def look(minute, *going, still=(), patience=0):
    lasting = Lasting(
        "data.stale",
        {name: {"state": "stale", "venue": name} for name in going},
        "fresh",
        still=still,
        patience=timedelta(minutes=patience),
    )
    return tell_episodes(lasting, at=NOON + timedelta(minutes=minute))


def told():
    return [(one.subject, one.payload["state"]) for one in Notice.objects.order_by("pk")]


def test_a_begin_and_an_end_are_told_once_each():
    assert [look(0, "a"), look(1, "a"), look(2, "a"), look(3), look(4)] == [1, 0, 0, 1, 0]
    assert told() == [("a:2026-12-01T12:00:00Z", "stale"), ("a:2026-12-01T12:00:00Z:over", "fresh")]
    assert Notice.objects.latest("pk").payload == {
        "state": "fresh",
        "venue": "a",
        "since": "2026-12-01T12:00:00Z",
        "until": "2026-12-01T12:03:00Z",
    }


def test_the_next_one_is_another():
    for minute, going in enumerate((["a"], [], ["a"], [])):
        look(minute, *going)
    assert [subject for subject, _ in told()] == [
        "a:2026-12-01T12:00:00Z",
        "a:2026-12-01T12:00:00Z:over",
        "a:2026-12-01T12:02:00Z",
        "a:2026-12-01T12:02:00Z:over",
    ]


def test_what_is_over_before_it_is_worth_telling_is_not_told():
    assert [look(0, "a", patience=2), look(1, "a", patience=2), look(1.5, patience=2)] == [0, 0, 0]
    assert not Episode.objects.exists()
    assert [look(2, "a", patience=2), look(4, "a", patience=2)] == [0, 1]


def test_what_pauses_does_not_begin_and_is_not_over():
    assert look(0, still=["a"]) == 0
    assert [look(1, "a"), look(2, still=["a"]), look(3, "a"), look(4)] == [1, 0, 0, 1]


def test_each_has_its_own_begin_and_end():
    assert [look(0, "a"), look(1, "a", "b"), look(2, "b"), look(3)] == [1, 1, 1, 1]

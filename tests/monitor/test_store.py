"""What was measured is kept finely for days, by the minute for weeks, by the hour for years."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heliograph.monitor.measure import Definition, known, unknown
from heliograph.monitor.models import Hour, Minute, Sample, Series
from heliograph.monitor.queries import Kept, Point, course, layer_of, newest_looks
from heliograph.monitor.store import roll_up, write

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LAG = Definition("queues_lag_seconds", "seconds", "a lag")
DEPTH = Definition("queues_depth", "count", "messages", labels=("queue",))
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def look(seconds, lag):
    """One look at the lag; None: it was unknown."""
    found = unknown(LAG, "nobody knows") if lag is None else known(LAG, lag)
    write([found], at=after(seconds), spent_ms=1)


def rows(model):
    return list(model.objects.order_by("at").values())


def test_one_statement_keeps_a_look_and_the_same_look_again_changes_nothing():
    measures = [known(LAG, 2.5), known(DEPTH, 3, queue="a"), known(DEPTH, 4, queue="b")]
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            write(measures, at=NOON, spent_ms=12.5)
        assert len(asked) == 1
    write([known(DEPTH, 5, queue="b"), unknown(LAG, "it does not answer")], at=after(15), spent_ms=1)

    assert (Series.objects.count(), Sample.objects.count()) == (3, 2)
    minute = timedelta(minutes=1)
    groups = {("queues_depth",): minute, ("queues_lag_seconds",): minute}
    # Of the depths the newest look found one.
    assert newest_looks(groups, at=after(20)) == [
        Kept("queues_depth", {"queue": "b"}, after(15), 5, ""),
        Kept("queues_lag_seconds", {}, after(15), None, "it does not answer"),
    ]
    assert newest_looks(groups, at=after(10)) == [
        Kept("queues_depth", {"queue": "a"}, NOON, 3, ""),
        Kept("queues_depth", {"queue": "b"}, NOON, 4, ""),
        Kept("queues_lag_seconds", {}, NOON, 2.5, ""),
    ]
    assert newest_looks(groups, at=after(76)) == newest_looks({}, at=after(20)) == []


def test_a_minute_holds_what_was_known_in_it_and_an_hour_what_its_minutes_held():
    for seconds, lag in ((0, 4), (15, None), (30, 1), (45, 3), (60, None), (120, 7), (3_600, 9)):
        look(seconds, lag)

    roll_up(at=after(3_700))

    spans = [(after(0), [4, 1, 3]), (after(120), [7]), (after(3_600), [9])]
    assert course("queues_lag_seconds", since=NOON, until=after(9_000), layer="minute") == [
        Point(at, min(seen), sum(seen) / len(seen), max(seen), seen[-1]) for at, seen in spans
    ]
    assert course("queues_lag_seconds", since=NOON, until=after(9_000), layer="hour") == [
        Point(NOON, 1, 15 / 4, 7, 7)
    ]
    assert [point.last for point in course("queues_lag_seconds", since=NOON, until=after(60))] == [
        4,
        None,
        1,
        3,
        None,
    ]


def test_rolling_up_again_changes_nothing_and_what_comes_late_to_the_newest_minute_is_taken_in():
    look(0, 4)
    look(15, 2)
    roll_up(at=after(61))
    before = rows(Minute), rows(Hour)
    roll_up(at=after(62))
    assert (rows(Minute), rows(Hour)) == before

    look(59, 6)
    roll_up(at=after(63))
    assert [row["counts"] for row in rows(Minute)] == [[3]]


def test_each_layer_is_forgotten_after_its_time_and_only_what_stands_in_the_next():
    for days in (0, 1, 3, 31, 800):
        look(-days * 86_400, days)
        look(-days * 86_400 + 3_700, days)
    roll_up(at=NOON + timedelta(hours=2))

    # The newest minute and hour of each are there; what is older than its layer is in the next one.
    assert rows(Sample)[0]["at"] == NOON - DAY
    assert min(row["at"] for row in rows(Minute)) == NOON - 3 * DAY
    assert min(row["at"] for row in rows(Hour)) == NOON - 31 * DAY
    roll_up(at=NOON + timedelta(days=70))
    # Nothing newer has come: the last minute is in no hour that something follows, and stays.
    assert Sample.objects.count() == Minute.objects.count() == 1
    assert Hour.objects.count() > 0


def test_a_long_course_is_read_by_the_hour():
    spans = [timedelta(hours=1), timedelta(days=1), timedelta(days=9)]
    assert [layer_of(since=NOON - span, at=NOON) for span in spans] == ["sample", "minute", "hour"]

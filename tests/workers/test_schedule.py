"""The timetable is computed from calendars, and rings tasks that exist."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.market.models import Instrument, Venue, Watch
from heliograph.workers.app import app
from heliograph.workers.programs import Options
from heliograph.workers.queues import OUTSIDE, QUEUES, TASKS
from heliograph.workers.schedule import Close, Every, entries, standing_entries

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_every_ring_is_a_task_with_a_queue():
    app.loader.import_default_modules()
    names = {entry.task for entry in standing_entries(replay=True)}

    assert {f"heliograph.workers.tasks.{name}" for name in names} <= app.tasks.keys()
    assert {TASKS[name] for name in names} == set(QUEUES)


def test_without_a_replay_nothing_rings_for_one():
    assert {entry.task for entry in standing_entries(replay=True)} - {
        entry.task for entry in standing_entries(replay=False)
    } == {"replay_tick"}


@pytest.mark.parametrize(
    ("times", "at", "last", "following"),
    [
        (Every(30), "2026-03-04 12:00:31", "2026-03-04 12:00:30", "2026-03-04 12:01:00"),
        (Every(600), "2026-03-04 12:00:00", "2026-03-04 12:00:00", "2026-03-04 12:10:00"),
        (Close("5m"), "2026-03-04 12:04:59", "2026-03-04 12:00:01", "2026-03-04 12:05:01"),
        (Close("5m", later_ms=-10_000), "2026-03-04 12:04:50", "2026-03-04 12:04:50", "2026-03-04 12:09:50"),
        (Close("1h", "XNYS", -10_000), "2026-03-07 12:00:00", "2026-03-06 20:59:50", "2026-03-09 13:59:50"),
        (Close("5m"), "2026-03-04 12:05:01", "2026-03-04 12:05:01", "2026-03-04 12:10:01"),
        # The bar of Wednesday is over when its day is, in UTC.
        (Close("1w"), "2026-03-04 12:00:00", "2026-03-02 00:00:01", "2026-03-09 00:00:01"),
        (Close("1M"), "2026-03-04 12:00:00", "2026-03-01 00:00:01", "2026-04-01 00:00:01"),
        # Friday's session in New York ends at 21:00 UTC in winter; summer time begins on that Sunday.
        (Close("1h", "XNYS"), "2026-03-07 12:00:00", "2026-03-06 21:00:01", "2026-03-09 14:00:01"),
        (Close("1M", "XNYS"), "2026-02-28 12:00:00", "2026-02-01 00:00:01", "2026-03-01 00:00:01"),
        (Close("1d", "XNYS"), "2026-04-04 12:00:00", "2026-04-03 00:00:01", "2026-04-07 00:00:01"),
    ],
)
def test_slots_are_those_of_the_calendar(times, at, last, following):
    assert (times.last(moment(at)), times.next(moment(at))) == (moment(last), moment(following))


@pytest.mark.django_db
def test_what_is_watched_is_rung_at_each_close_of_its_bars():
    venue = Venue.objects.create(name="binance", kind=Venue.Kind.EXCHANGE)
    instrument = Instrument.objects.create(venue=venue, symbol="BTC/USDT")
    for timeframe, paused in (("5m", False), ("1h", True)):
        Watch.objects.create(
            instrument=instrument, timeframe=timeframe, since=NOON, paused=paused, created_at=NOON
        )

    closes = [entry for entry in entries(replay=False) if isinstance(entry.times, Close)]

    assert [(entry.name, entry.task) for entry in closes] == [
        ("warm_due 5m always", "warm_due"),
        ("poll_due 5m always", "poll_due"),
        ("generate_due 5m always", "generate_due"),
    ]


def test_the_next_slot_lies_behind_the_last_one_at_any_moment():
    for times in (Close("15m"), Close("4h", "forex"), Close("1d", "weekdays"), Every(7)):
        for hours in range(0, 400, 13):
            at = NOON + timedelta(hours=hours, seconds=hours)
            assert times.last(at) <= at < times.next(at)
            assert times.last(times.next(at)) == times.next(at)


def test_the_address_is_one_that_a_browser_can_open():
    hosts = ("127.0.0.1", "0.0.0.0", "::1")

    assert [Options(host=host, port=9000).address for host in hosts] == [
        "http://127.0.0.1:9000",
        "http://127.0.0.1:9000",
        "http://[::1]:9000",
    ]


def test_what_takes_seconds_waits_elsewhere_than_signals():
    assert {TASKS[name] for name in ("fold_sums", "forecast", "run_jobs")} <= set(OUTSIDE)

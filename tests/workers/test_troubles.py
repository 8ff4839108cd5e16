"""Data that are stale and work that is parked are told of, with their ends."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.fleet.models import Work
from heliograph.fleet.work import VANISHED, drop, retry
from heliograph.market.models import Instrument, Series, Venue, Watch
from heliograph.notices.message import Message
from heliograph.notices.models import Notice
from heliograph.workers.troubles import tell_troubles

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def watched():
    """Four watched instruments at an exchange, whose bars of an hour were all there at noon."""
    venue = Venue.objects.create(name="binance", kind=Venue.Kind.EXCHANGE)
    for symbol in "ABCD":
        instrument = Instrument.objects.create(venue=venue, symbol=f"{symbol}/USDT")
        Watch.objects.create(instrument=instrument, timeframe="1h", since=NOON, created_at=NOON)
        Series.objects.create(
            instrument=instrument,
            timeframe="1h",
            first_open=NOON - 9 * HOUR,
            last_open=NOON - HOUR,
            bars=9,
            updated_at=NOON,
        )
    return venue


def come(until, *symbols):
    """The newest bar of these is now the one that closed last before `until`."""
    Series.objects.filter(instrument__symbol__in=symbols).update(last_open=until - HOUR)


def told(topic="data.stale"):
    found = Notice.objects.filter(topic=topic).order_by("pk")
    return [(one.payload.get("symbol"), one.payload["state"]) for one in found]


ALL = ("A/USDT", "B/USDT", "C/USDT", "D/USDT")


def test_a_venue_that_falls_silent_is_told_once_and_that_it_is_back(watched):
    looks = [NOON + minutes * MINUTE for minutes in (0, 61, 119, 121, 122, 123, 124)]
    assert [tell_troubles(at=at) for at in looks] == [0, 0, 0, 0, 0, 1, 0]
    (notice,) = Notice.objects.all()
    assert notice.payload == {
        "state": "stale",
        "venue": "binance",
        "timeframe": "1h",
        "newest": "2026-12-01T11:00:00Z",
        "behind": 2,
        "stale": 4,
        "series": 4,
        "since": "2026-12-01T14:01:00Z",
    }
    message = Message(notice.topic, notice.subject, notice.payload, notice.created_at)
    assert message.title == "binance 1h: data are stale"
    assert (
        message.lines[0]
        == "4 of 4 instruments are stale. The newest bar is of 1 Dec 11:00 UTC, 2 bars behind."
    )

    come(NOON + 2 * HOUR, *ALL)
    assert tell_troubles(at=NOON + 130 * MINUTE) == 1
    assert told() == [(None, "stale"), (None, "fresh")]


def test_one_instrument_that_falls_silent_is_told_by_name(watched):
    come(NOON + 3 * HOUR, *ALL[1:])
    for minutes in (181, 184):
        tell_troubles(at=NOON + minutes * MINUTE)
    assert told() == [("A/USDT", "stale")]
    come(NOON + 3 * HOUR, *ALL)
    tell_troubles(at=NOON + 185 * MINUTE)
    assert told() == [("A/USDT", "stale"), ("A/USDT", "fresh")]


def test_what_nobody_awaits_is_not_stale(watched):
    Watch.objects.update(paused=True)
    for minutes in (300, 310):
        assert tell_troubles(at=NOON + minutes * MINUTE) == 0


def test_data_that_are_fetched_within_two_minutes_of_a_start_are_not_told(watched):
    assert tell_troubles(at=NOON + 5 * HOUR) == 0
    come(NOON + 5 * HOUR, *ALL)
    assert [tell_troubles(at=NOON + 5 * HOUR + MINUTE), Notice.objects.count()] == [0, 0]


def parked(**more):
    facts = {
        "state": "parked",
        "tries": 3,
        "error": "ZeroDivisionError: division by zero",
        "started_at": NOON,
    }
    return Work.objects.create(kind="generate", key="shard:9", **(facts | more))


def test_work_that_is_parked_is_told_once_and_its_end(watched):
    parked()
    assert [tell_troubles(at=NOON), tell_troubles(at=NOON + MINUTE)] == [1, 0]
    (notice,) = Notice.objects.all()
    assert notice.payload["error"] == "ZeroDivisionError: division by zero"
    assert Message(notice.topic, notice.subject, notice.payload, NOON).title == "Work parked: shard:9"

    retry("shard:9", at=NOON)
    tell_troubles(at=NOON + 2 * MINUTE)
    assert told("work.parked") == [(None, "parked"), (None, "over")]


def test_work_that_is_dropped_is_not_parked_any_more(watched):
    parked()
    tell_troubles(at=NOON)
    drop("shard:9")
    assert tell_troubles(at=NOON + MINUTE) == 1


def test_work_that_is_tried_again_by_itself_is_over_only_when_it_works(watched):
    work = parked(error=VANISHED)
    tell_troubles(at=NOON)
    for minute, state in enumerate(("failed", "running", "parked", "running"), 1):
        Work.objects.filter(pk=work.pk).update(state=state, tries=3 + minute)
        assert tell_troubles(at=NOON + minute * MINUTE) == 0
    work.delete()
    assert tell_troubles(at=NOON + HOUR) == 1

from datetime import UTC, date, datetime

import pytest

from heliograph.market.days import days_of
from heliograph.market.models import Instrument, Series, Venue
from tests.signals.world import DAY, HOUR, START, feed, make_venue, walk

LATER = datetime(2024, 1, 20, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def days(first="2024-01-01", last="2024-01-05", at=LATER):
    series = list(Series.objects.select_related("instrument__venue").order_by("pk"))
    return days_of(series, first=date.fromisoformat(first), last=date.fromisoformat(last), at=at)


def told(found):
    return [(day.stored, day.expected, day.kind) for day in found.days]


def test_a_day_counts_its_hours_and_says_what_lacks():
    batch, instruments = make_venue()
    bars = walk(1, 96)
    # The second day lacks three hours, the third all of them.
    feed(batch, instruments, bars.slice(0, 40))
    feed(batch, instruments, bars.slice(43, 48))
    feed(batch, instruments, bars.slice(72, 96))

    [found] = days(last="2024-01-04")

    assert told(found) == [(24, 24, "complete"), (21, 24, "partial"), (0, 24, "none"), (24, 24, "complete")]
    assert found.days[1].share == 21 / 24


def test_before_the_first_bar_and_behind_the_last_of_a_file_nothing_is_due():
    batch, instruments = make_venue()
    feed(batch, instruments, walk(1, 24, start=START + DAY))

    [found] = days(last="2024-01-03")

    assert told(found) == [(0, 0, "before"), (24, 24, "complete"), (0, 0, "after")]


def test_an_exchange_owes_bars_until_its_clock_and_none_that_still_form():
    batch, instruments = make_venue("binance", Venue.Kind.EXCHANGE)
    feed(batch, instruments, walk(1, 24))

    [found] = days(last="2024-01-04", at=datetime(2024, 1, 3, 6, 30, tzinfo=UTC))

    # At half past six the hour of six still forms.
    assert told(found) == [(24, 24, "complete"), (0, 24, "none"), (0, 6, "none"), (0, 0, "after")]


def test_what_is_delisted_owes_nothing_any_more():
    batch, instruments = make_venue("binance", Venue.Kind.EXCHANGE)
    feed(batch, instruments, walk(1, 24))
    Instrument.objects.update(delisted_at=datetime(2024, 1, 2, 5, tzinfo=UTC))

    [found] = days(last="2024-01-03")

    assert told(found) == [(24, 24, "complete"), (0, 5, "none"), (0, 0, "after")]


def test_a_weekend_of_the_calendar_is_a_rest_and_no_gap():
    batch, instruments = make_venue(symbols=("GOOG",))
    Instrument.objects.update(calendar="XNYS")
    # Tuesday 2 January to Monday 8 January 2024; New Year's Day is a holiday.
    bars = walk(1, 8, step=DAY)
    for place in (1, 2, 3, 4, 7):
        feed(batch, instruments, bars.slice(place, place + 1), timeframe="1d")

    [found] = days(first="2024-01-02", last="2024-01-08")

    assert [day.kind for day in found.days] == ["complete"] * 4 + ["rest"] * 2 + ["complete"]


def test_a_day_that_opens_the_evening_before_belongs_to_its_date():
    batch, instruments = make_venue(symbols=("EURUSD",))
    feed(batch, instruments, walk(1, 3, start=START - 2 * HOUR, step=DAY), timeframe="1d")

    [found] = days(last="2024-01-03")

    assert [day.stored for day in found.days] == [1, 1, 1]


def test_many_series_are_counted_by_two_statements(django_assert_num_queries):
    batch, instruments = make_venue(symbols=tuple(f"{letter}/USDT" for letter in "ABCDEFGH"))
    feed(batch, instruments, walk(1, 48, instruments=8))
    series = list(Series.objects.select_related("instrument__venue"))

    with django_assert_num_queries(2):
        found = days_of(series, first=date(2024, 1, 1), last=date(2024, 1, 2), at=LATER)

    assert [len(one.days) for one in found] == [2] * 8

"""Which hour, day, week or month a report is about."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.errors import UserError
from heliograph.reports.periods import Kind, last_period, next_end, span

AT = datetime(2024, 8, 21, 14, 25, tzinfo=UTC)


def ends(period):
    return tuple(f"{one:%Y-%m-%d %H:%M}" for one in (period.before, period.since, period.until))


@pytest.mark.parametrize(
    ("kind", "zone", "wanted"),
    [
        (Kind.HOURLY, "UTC", ("2024-08-21 12:00", "2024-08-21 13:00", "2024-08-21 14:00")),
        (Kind.DAILY, "UTC", ("2024-08-19 00:00", "2024-08-20 00:00", "2024-08-21 00:00")),
        (Kind.DAILY, "Asia/Tokyo", ("2024-08-18 15:00", "2024-08-19 15:00", "2024-08-20 15:00")),
        (Kind.WEEKLY, "UTC", ("2024-08-05 00:00", "2024-08-12 00:00", "2024-08-19 00:00")),
        (Kind.MONTHLY, "UTC", ("2024-06-01 00:00", "2024-07-01 00:00", "2024-08-01 00:00")),
    ],
)
def test_the_last_whole_period_is_meant(kind, zone, wanted):
    assert ends(last_period(kind, at=AT, zone=zone)) == wanted


def test_a_day_on_which_clocks_change_has_another_length():
    spring = last_period(Kind.DAILY, at=datetime(2024, 4, 1, tzinfo=UTC), zone="Europe/Berlin")

    assert spring.until - spring.since == timedelta(hours=23)
    assert spring.since - spring.before == timedelta(hours=24)


def test_a_span_has_one_of_its_length_before_it():
    assert ends(span(AT, AT + timedelta(hours=5))) == (
        "2024-08-21 09:25",
        "2024-08-21 14:25",
        "2024-08-21 19:25",
    )
    with pytest.raises(UserError):
        span(AT, AT)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (Kind.HOURLY, "2024-08-21 15:00"),
        (Kind.DAILY, "2024-08-21 22:00"),
        (Kind.WEEKLY, "2024-08-25 22:00"),
        (Kind.MONTHLY, "2024-08-31 22:00"),
    ],
)
def test_the_running_period_ends_by_the_calendar_of_its_zone(kind, wanted):
    end = next_end(kind, at=AT, zone="Europe/Berlin")

    assert f"{end:%Y-%m-%d %H:%M}" == wanted
    assert last_period(kind, at=end, zone="Europe/Berlin").until == end

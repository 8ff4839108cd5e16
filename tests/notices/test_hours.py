"""When a notice may go: quiet hours over midnight and over changes of the clock, digests at their time."""

from datetime import UTC, datetime, time

import pytest

from heliograph.notices.hours import Due, due
from heliograph.notices.models import Subscription


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def quiet(begin, end, zone="UTC", **more):
    return Subscription(
        quiet_from=time.fromisoformat(begin), quiet_until=time.fromisoformat(end), zone=zone, **more
    )


OVER_MIDNIGHT = quiet("22:00", "07:00")
AT_NOON = quiet("12:00", "13:30")
# Berlin is at +1 in winter and +2 in summer; at 01:00 UTC of 29 March and of 25 October 2026 it changes.
BERLIN = quiet("22:00", "07:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("asked", "at", "until"),
    [
        (OVER_MIDNIGHT, "2026-11-30 21:59:59", None),
        (OVER_MIDNIGHT, "2026-11-30 22:00", "2026-12-01 07:00"),
        (OVER_MIDNIGHT, "2026-12-01 00:00", "2026-12-01 07:00"),
        (OVER_MIDNIGHT, "2026-12-01 06:59:59", "2026-12-01 07:00"),
        (OVER_MIDNIGHT, "2026-12-01 07:00", None),
        (AT_NOON, "2026-12-01 11:59", None),
        (AT_NOON, "2026-12-01 12:00", "2026-12-01 13:30"),
        (AT_NOON, "2026-12-01 13:30", None),
        (BERLIN, "2026-07-01 19:59", None),
        (BERLIN, "2026-07-01 20:00", "2026-07-02 05:00"),
        (BERLIN, "2026-12-01 20:30", None),
        (BERLIN, "2026-12-01 21:00", "2026-12-02 06:00"),
        # The night of nine hours that lasts eight, and the one that lasts ten.
        (BERLIN, "2026-03-28 21:00", "2026-03-29 05:00"),
        (BERLIN, "2026-10-24 20:00", "2026-10-25 06:00"),
        # Ends that the clock skips come as much later; those that it shows twice end what began between.
        (quiet("00:00", "02:30", "Europe/Berlin"), "2026-03-29 00:30", "2026-03-29 01:30"),
        (quiet("00:00", "02:30", "Europe/Berlin"), "2026-10-25 00:10", "2026-10-25 00:30"),
        (quiet("00:00", "02:30", "Europe/Berlin"), "2026-10-25 01:10", "2026-10-25 01:30"),
        (quiet("23:00", "06:00", "America/New_York"), "2026-07-02 03:00", "2026-07-02 10:00"),
    ],
)
def test_what_comes_in_quiet_hours_waits_for_their_end(asked, at, until):
    told = due(asked, "signal.published", at=utc(at))
    assert told == (Due(utc(at)) if until is None else Due(utc(until), "quiet"))


def test_what_is_let_through_comes_in_quiet_hours():
    asked = quiet("22:00", "07:00", quiet_but=["work.*"])
    night = utc("2026-12-01 03:00")
    assert due(asked, "work.parked", at=night) == Due(night)
    assert due(asked, "data.stale", at=night) == Due(utc("2026-12-01 07:00"), "quiet")


@pytest.mark.parametrize(
    ("asked", "at", "digest"),
    [
        (Subscription(digest_minutes=15), "2026-12-01 10:00", "2026-12-01 10:15"),
        (Subscription(digest_minutes=15), "2026-12-01 10:14:59.9", "2026-12-01 10:15"),
        (Subscription(digest_minutes=60), "2026-12-01 23:01", "2026-12-02 00:00"),
        (Subscription(digest_at=time(8), zone="Europe/Berlin"), "2026-12-01 06:59", "2026-12-01 07:00"),
        (Subscription(digest_at=time(8), zone="Europe/Berlin"), "2026-12-01 07:00", "2026-12-02 07:00"),
        # The day before the clock is set forward, and back.
        (Subscription(digest_at=time(8), zone="Europe/Berlin"), "2026-03-28 08:00", "2026-03-29 06:00"),
        (Subscription(digest_at=time(8), zone="Europe/Berlin"), "2026-10-24 08:00", "2026-10-25 07:00"),
        # Once, though the clock shows 02:30 twice.
        (Subscription(digest_at=time(2, 30), zone="Europe/Berlin"), "2026-10-25 00:10", "2026-10-25 00:30"),
        (Subscription(digest_at=time(2, 30), zone="Europe/Berlin"), "2026-10-25 00:40", "2026-10-26 01:30"),
    ],
)
def test_a_digest_comes_at_its_time(asked, at, digest):
    assert due(asked, "signal.published", at=utc(at)) == Due(utc(digest), "digest")


def test_a_digest_that_falls_into_quiet_hours_comes_at_their_end():
    asked = quiet("22:00", "09:00", digest_at=time(8))
    assert due(asked, "signal.published", at=utc("2026-12-01 12:00")) == Due(utc("2026-12-02 09:00"), "quiet")

"""What time it certainly is at a venue, by its clock and by ours."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.market.models import Venue
from heliograph.market.sources.exchange.client import Client
from heliograph.market.sources.exchange.errors import ClockWrong
from heliograph.market.wire import to_datetime, to_ms

# Beyond this nobody can tell which bars are over; a machine without time service is off by less than that.
TRUSTED_MS = 30_000
# The clock is read again after this.
FRESH = timedelta(minutes=1)
# Where a venue does not tell its time, its clock may be this much behind ours.
UNKNOWN_MS = 1_000

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class VenueClock:
    """Both clocks. `skew_ms`: how far the venue's is ahead of ours; None if it does not tell."""

    now: Now
    skew_ms: float | None

    def ms(self) -> int:
        """UTC milliseconds of the clock that is behind: a bar is over when it is by both."""
        behind = UNKNOWN_MS if self.skew_ms is None else max(-self.skew_ms, 0.0)
        return to_ms(self.now()) - int(behind)

    def moment(self) -> datetime:
        """The same as a moment."""
        return to_datetime(self.ms())


def running_from(at: datetime) -> Now:
    """A clock that stands at `at` now and goes on: asking a venue takes longer than a moment."""
    began = time.monotonic()
    return lambda: at + timedelta(seconds=time.monotonic() - began)


def read_clock(client: Client, *, now: Now) -> VenueClock:
    """The clock of a venue, asked for if it was not lately; ClockWrong if it cannot be trusted."""
    venue, at = client.venue, now()
    if venue.clock_at is None or not timedelta(0) <= at - venue.clock_at < FRESH:
        venue.skew_ms, venue.clock_at = measure_skew(client, now=now), at
        Venue.objects.filter(pk=venue.pk).update(skew_ms=venue.skew_ms, clock_at=venue.clock_at)
    if venue.skew_ms is not None and abs(venue.skew_ms) > TRUSTED_MS:
        raise ClockWrong(venue.name, skew_ms=venue.skew_ms)
    return VenueClock(now, venue.skew_ms)


def measure_skew(client: Client, *, now: Now) -> float | None:
    """Milliseconds by which the venue's clock is ahead of ours, taken at the middle of the answer's way."""
    before = to_ms(now())
    told = client.clock()
    return None if told is None else told - (before + to_ms(now())) / 2

"""When a subscription is told: quiet hours and digests, by the clock of its zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from heliograph.notices.models import Delivery, Subscription
from heliograph.notices.topics import is_wanted

Held = Delivery.Held
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """When a notice may go, and why it waits until then."""

    at: datetime
    held: Held = Held.NOT


def due(asked: Subscription, topic: str, *, at: datetime) -> Due:
    """When a notice that came at `at` may go: at once, with the next digest, behind the quiet hours."""
    digest = next_digest(asked, at=at)
    end = quiet_until(asked, topic, at=digest or at)
    if end is not None:
        return Due(end, Held.QUIET)
    return Due(digest, Held.DIGEST) if digest is not None else Due(at)


def quiet_until(asked: Subscription, topic: str, *, at: datetime) -> datetime | None:
    """The end of the quiet hours that `at` lies in; None if it lies in none, or the topic is let through."""
    if asked.quiet_from is None or asked.quiet_until is None:
        return None
    if asked.quiet_but and is_wanted(topic, asked.quiet_but):
        return None
    local = at.astimezone(ZoneInfo(asked.zone)).time()
    over_midnight = asked.quiet_from > asked.quiet_until
    behind, before = local >= asked.quiet_from, local < asked.quiet_until
    is_quiet = (behind or before) if over_midnight else (behind and before)
    return _next(asked.quiet_until, asked.zone, at=at, folds=(0, 1)) if is_quiet else None


def next_digest(asked: Subscription, *, at: datetime) -> datetime | None:
    """The first digest behind `at`; None if it is told at once."""
    if asked.digest_minutes is not None:
        length = timedelta(minutes=asked.digest_minutes)
        start = datetime(1970, 1, 1, tzinfo=UTC)
        return start + ((at - start) // length + 1) * length
    if asked.digest_at is not None:
        # Once a day, also where the clock shows it twice.
        return _next(asked.digest_at, asked.zone, at=at, folds=(0,))
    return None


def _next(clock: time, zone: str, *, at: datetime, folds: tuple[int, ...]) -> datetime:
    """The first moment behind `at` at which the clock of the zone shows this.

    Where it shows it twice, as it is set back, `folds` says which count; what it skips, as it is set forward,
    is as much later as it was set forward.
    """
    place = ZoneInfo(zone)
    today = at.astimezone(place).date()
    for day in (today, today + DAY):
        for fold in folds:
            moment = datetime.combine(day, clock, tzinfo=place).replace(fold=fold).astimezone(UTC)
            if moment > at:
                return moment
    # A day of which the zone skips this time, as islands do that cross the date line.
    return datetime.combine(today + 2 * DAY, clock, tzinfo=place).astimezone(UTC)

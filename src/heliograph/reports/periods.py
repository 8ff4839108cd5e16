"""The time that a report is about; needs no database, so that the command line can name periods."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from heliograph.errors import UserError

# A span that is longer than this is cut into days, not hours.
LONGEST_IN_HOURS = timedelta(days=3)
LONGEST = timedelta(days=3_660)


class Kind(StrEnum):
    """How long a report looks back: to the last whole hour, day, week from Monday or month of its zone."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CUSTOM = "custom"


# Those that come by the calendar.
REGULAR = (Kind.HOURLY, Kind.DAILY, Kind.WEEKLY, Kind.MONTHLY)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` to before `until`, and the like span before it, from `before`; moments are in UTC."""

    kind: Kind
    since: datetime
    until: datetime
    before: datetime
    zone: str = "UTC"

    @property
    def previous(self) -> "Period":
        """The span before it, by itself."""
        return Period(self.kind, self.before, self.since, self.before, self.zone)

    @property
    def unit(self) -> str:
        """What its course is cut into: hours or days of its zone."""
        return "hour" if self.until - self.since <= LONGEST_IN_HOURS else "day"


def last_period(kind: Kind, *, at: datetime, zone: str = "UTC") -> Period:
    """The newest hour, day, week or month that was over at that moment, and the one before it."""
    place = known_zone(zone)
    if kind is Kind.HOURLY:
        until = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        hour = timedelta(hours=1)
        return Period(kind, until - hour, until, until - 2 * hour, zone)
    days = [_first_day(kind, at.astimezone(place).date())]
    while len(days) < 3:
        days.append(_first_day(kind, days[-1] - timedelta(days=1)))
    until, since, before = (_midnight(day, place) for day in days)
    return Period(kind, since, until, before, zone)


def span(since: datetime, until: datetime, *, zone: str = "UTC") -> Period:
    """Any span, and the equally long one before it."""
    known_zone(zone)
    if until <= since:
        raise UserError("A report ends after it begins; give a later end, or an earlier start.")
    if until - since > LONGEST:
        raise UserError("A report looks at ten years at most; give a later start, or an earlier end.")
    return Period(Kind.CUSTOM, since, until, since - (until - since), zone)


def next_end(kind: Kind, *, at: datetime, zone: str = "UTC") -> datetime:
    """When the period that runs at that moment is over."""
    length = {
        Kind.HOURLY: timedelta(hours=1),
        Kind.DAILY: timedelta(days=1),
        Kind.WEEKLY: timedelta(days=7),
    }
    end = last_period(kind, at=at, zone=zone).until
    # Days with a change of the clock are longer or shorter by an hour or two, months by three days.
    later = end + length.get(kind, timedelta(days=31)) + timedelta(hours=3 if kind is not Kind.HOURLY else 0)
    return last_period(kind, at=later, zone=zone).until


def known_zone(name: str) -> ZoneInfo:
    """The zone of that name, such as Europe/Berlin."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise UserError(f"There is no time zone '{name}'; one is Europe/Berlin, another is UTC.") from fault


def _first_day(kind: Kind, day: date) -> date:
    if kind is Kind.WEEKLY:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind is Kind.MONTHLY else day


def _midnight(day: date, place: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=place).astimezone(UTC)

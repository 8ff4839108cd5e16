"""When markets trade: the bars that should exist, by which gaps and staleness are judged."""

import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from heliograph.engine.bars import Times
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.errors import UserError
from heliograph.market.symbols import is_money

ALWAYS, FOREX, WEEKDAYS = "always", "forex", "weekdays"
# Currencies rest from Friday 17:00 to Sunday 17:00 in New York, where their day ends, and on these days.
NEW_YORK = ZoneInfo("America/New_York")
DAY_ENDS = time(17)
CLOSED = ("12-25", "01-01")
# So many bars must lie in the sessions of a calendar to be taken for its own, and so many there must be.
FIT = 0.98
ENOUGH = 20


class NoSuchCalendar(UserError):
    """There is no calendar of that name."""

    def __init__(self, name: str):
        super().__init__(
            f"There is no calendar '{name}'; use {ALWAYS}, {FOREX}, {WEEKDAYS} or an exchange such as XNYS."
        )


@dataclass(frozen=True, slots=True)
class Sessions:
    """Trading days: arrays of one length, UTC milliseconds. `label` is 00:00 UTC of the day's date."""

    label: Times
    open: Times
    close: Times

    def slots(self, timeframe: str) -> Times:
        """The opens of the bars that trading fills, rising, on the UTC grid."""
        frame = Timeframe.parse(timeframe)
        if frame.ms is None or frame.ms >= DAY:
            return np.unique(_starts(self.label, frame))
        first = self.open // frame.ms
        counts = -(-self.close // frame.ms) - first
        ends = np.cumsum(counts)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
        return np.unique((np.repeat(first, counts) + within) * frame.ms)


def sessions(calendar: str, *, first: int, last: int) -> Sessions:
    """The trading days from a day before `first` to a day behind `last` (UTC milliseconds)."""
    # Whole years, so that one answer serves many instruments.
    start, end = (datetime.fromtimestamp(ms / 1000, UTC).date() for ms in (first - DAY, last + DAY))
    return _years(calendar, start.year, end.year)


def slot_of(times: Times, timeframe: str) -> Times:
    """The UTC grid's slot of each bar; a day that opens at midnight somewhere belongs to its date there."""
    frame = Timeframe.parse(timeframe)
    if frame.ms is None or frame.ms >= DAY:
        return _starts((times + DAY // 2) // DAY * DAY, frame)
    return times // frame.ms * frame.ms


def check_calendar(name: str) -> str:
    """The name; NoSuchCalendar if there is none."""
    if name not in (ALWAYS, FOREX, WEEKDAYS):
        from exchange_calendars import get_calendar_names

        if name not in get_calendar_names():
            raise NoSuchCalendar(name)
    return name


def guess_calendar(symbol: str, timeframe: str, times: Times) -> str:
    """That of currencies for a pair of them, else the narrowest that these bars keep to: New York's, that of
    currencies, working days, or none.

    Empty where there are too few bars to tell, or the instrument is a pair of coins: its venue's counts.
    """
    if is_money(symbol):
        return FOREX
    if "/" in symbol or len(times) < ENOUGH:
        return ""
    frame = Timeframe.parse(timeframe)
    if frame.ms is None or frame.ms > DAY:
        return ""
    candidates = ("XNYS", WEEKDAYS) if frame.ms == DAY else ("XNYS", FOREX, WEEKDAYS)
    slots = slot_of(times, timeframe)
    for name in candidates:
        expected = sessions(name, first=int(times[0]), last=int(times[-1])).slots(timeframe)
        if np.isin(slots, expected).mean() >= FIT:
            return name
    return ALWAYS


@lru_cache(maxsize=32)
def _years(calendar: str, first: int, last: int) -> Sessions:
    if calendar in (FOREX, WEEKDAYS):
        return _working_days(calendar, first, last)
    # Importing it takes a second or two; only sessions of exchanges need it.
    import exchange_calendars
    from exchange_calendars.errors import InvalidCalendarName

    # It uses what pandas will change in its next release; that is nothing to our users.
    with warnings.catch_warnings(category=DeprecationWarning, action="ignore"):
        try:
            found = exchange_calendars.get_calendar(calendar, start=f"{first}-01-01", end=f"{last}-12-31")
        except InvalidCalendarName as fault:
            raise NoSuchCalendar(calendar) from fault
    opens, closes = (column.dt.tz_localize(None) for column in (found.opens, found.closes))
    return Sessions(*(_ms(column.to_numpy()) for column in (found.sessions, opens, closes)))


def _working_days(calendar: str, first: int, last: int) -> Sessions:
    days = np.arange(f"{first}-01-01", f"{last + 1}-01-01", dtype="datetime64[D]")
    closed = np.isin(np.array([str(day)[5:] for day in days]), CLOSED)
    days = days[np.is_busday(days) & ~closed]
    label = _ms(days)
    if calendar == WEEKDAYS:
        return Sessions(label, label, label + DAY)
    ends = [datetime.combine(day, DAY_ENDS, NEW_YORK) for day in days.astype(date)]
    close = np.array([int(end.timestamp()) * 1000 for end in ends], dtype=np.int64)
    opens = np.array([int((end - timedelta(days=1)).timestamp()) * 1000 for end in ends], dtype=np.int64)
    return Sessions(label, opens, close)


def _starts(days: Times, frame: Timeframe) -> Times:
    if frame.ms is None:
        return _ms(days.astype("datetime64[ms]").astype("datetime64[M]"))
    if frame.ms == DAY:
        return days
    offset = frame.start(0)
    return (days - offset) // frame.ms * frame.ms + offset


def _ms(values: np.ndarray) -> Times:
    return values.astype("datetime64[ms]").astype(np.int64)

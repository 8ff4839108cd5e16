"""Which bars each day should have, and how many are stored: what a map of coverage is made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias

import numpy as np
from django.db import connection

from heliograph.engine.bars import Times
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market.calendars import ALWAYS, sessions
from heliograph.market.models import Replay, Series, Venue
from heliograph.market.wire import to_datetime, to_ms

# A day that opens at midnight somewhere belongs to its date there.
COUNTS = """
SELECT wanted.id, (candle.open_time AT TIME ZONE 'UTC' + wanted.shift * interval '1 hour')::date, count(*)
FROM unnest(%(series)s::bigint[], %(instruments)s::bigint[], %(timeframes)s::text[], %(shifts)s::int[])
        AS wanted (id, instrument, timeframe, shift)
JOIN candle ON candle.instrument_id = wanted.instrument AND candle.timeframe = wanted.timeframe
    AND candle.open_time >= %(first)s AND candle.open_time < %(end)s
GROUP BY 1, 2
"""

Kind: TypeAlias = Literal["complete", "partial", "none", "rest", "before", "after"]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one series. `rest`: no bar is due by the calendar; `before`: not listed, or before the first
    stored bar; `after`: not delivered yet, or delisted."""

    day: date
    stored: int
    expected: int
    kind: Kind

    @property
    def share(self) -> float | None:
        """How much of it is stored, 0 to 1; None where nothing is expected."""
        return min(self.stored / self.expected, 1.0) if self.expected else None


@dataclass(frozen=True, slots=True)
class SeriesDays:
    """A series with its days, rising."""

    series: Series
    days: tuple[Day, ...]


def days_of(series: Sequence[Series], *, first: date, last: date, at: datetime) -> list[SeriesDays]:
    """The days from `first` to `last` of series that were read with instrument and venue.

    Two statements, however many series. `at` is the clock: of today only what is over is expected.
    """
    stored = _stored(series, first=first, last=last)
    replays = set(Replay.objects.values_list("venue_id", flat=True))
    return [
        SeriesDays(one, tuple(_days(one, stored, first=first, last=last, until=_until(one, replays, at))))
        for one in series
    ]


def _days(
    series: Series, stored: dict[tuple[int, date], int], *, first: date, last: date, until: int
) -> Iterator[Day]:
    begun, ended = _begun(series), _ended(series, until)
    for day, expected in _expected(series, first=first, last=last, until=until):
        count = stored.get((series.pk, day), 0)
        if count == 0 and (day < begun or day > ended):
            yield Day(day, 0, 0, "before" if day < begun else "after")
        elif expected == 0:
            yield Day(day, count, 0, "complete" if count else "rest")
        else:
            kind: Kind = "none" if count == 0 else "partial" if count < expected else "complete"
            yield Day(day, count, expected, kind)


def _expected(series: Series, *, first: date, last: date, until: int) -> Iterator[tuple[date, int]]:
    """Each day with its bars by the calendar, from the first stored bar on and as far as they are over."""
    start, end = _ms(first), _ms(last + timedelta(days=1))
    frame = Timeframe.parse(series.timeframe)
    opens = opens_between(series, start=start, end=end)
    opens = opens[opens >= frame.start(to_ms(series.first_open))]
    opens = opens[_ends(opens, frame) <= until]
    counts = np.bincount((opens - start) // DAY, minlength=(end - start) // DAY)
    for place, count in enumerate(counts.tolist()):
        yield first + timedelta(days=place), count


def _ends(opens: Times, frame: Timeframe) -> Times:
    if frame.ms is not None:
        return opens + frame.ms
    return np.array([frame.end(int(open_)) for open_ in opens], dtype=np.int64)


def opens_between(series: Series, *, start: int, end: int) -> Times:
    """The opens (UTC ms, `start` included, `end` not) of the bars that its calendar expects."""
    instrument = series.instrument
    calendar = instrument.calendar or instrument.venue.calendar
    frame = Timeframe.parse(series.timeframe)
    if calendar != ALWAYS:
        slots = sessions(calendar, first=start, last=end).slots(series.timeframe)
    elif frame.ms is not None:
        first = frame.start(start)
        slots = np.arange(first, end, frame.ms, dtype=np.int64)
    else:
        months = np.arange(start // DAY, end // DAY + 1).astype("datetime64[D]").astype("datetime64[M]")
        slots = np.unique(months).astype("datetime64[ms]").astype(np.int64)
    return slots[(slots >= start) & (slots < end)]


def _stored(series: Sequence[Series], *, first: date, last: date) -> dict[tuple[int, date], int]:
    if not series:
        return {}
    shifts = [12 if (Timeframe.parse(one.timeframe).ms or DAY) >= DAY else 0 for one in series]
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTS,
            {
                "series": [one.pk for one in series],
                "instruments": [one.instrument_id for one in series],
                "timeframes": [one.timeframe for one in series],
                "shifts": shifts,
                "first": to_datetime(_ms(first) - DAY // 2),
                "end": to_datetime(_ms(last) + DAY + DAY // 2),
            },
        )
        return {(pk, day): count for pk, day, count in cursor.fetchall()}


def _until(series: Series, replays: set[int], at: datetime) -> int:
    """Bars that end until then are expected: files and replays owe none behind their newest one."""
    venue = series.instrument.venue
    grows = venue.kind == Venue.Kind.EXCHANGE and venue.pk not in replays
    newest = Timeframe.parse(series.timeframe).end(to_ms(series.last_open))
    gone = series.instrument.delisted_at
    return min(to_ms(at), to_ms(gone)) if grows and gone else to_ms(at) if grows else newest


def _begun(series: Series) -> date:
    # The first bar of a day elsewhere opens in the evening before.
    shift = timedelta(hours=12) if (Timeframe.parse(series.timeframe).ms or DAY) >= DAY else timedelta()
    return (series.first_open + shift).astimezone(UTC).date()


def _ended(series: Series, until: int) -> date:
    return to_datetime(until - 1).date()


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000

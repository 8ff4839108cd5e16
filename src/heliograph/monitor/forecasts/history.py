"""What was measured of one or many series, hour by hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
from django.db import connection

from heliograph.engine.bars import Floats

HOUR = timedelta(hours=1)
TURN_HOURS = 4
# Of what was not known for so long, nothing is to be expected.
STALE = 3 * HOUR
# Weeks enough to know a weekday by, and few enough to follow what changes.
BACK = timedelta(days=28)
Aggregate = Literal["mean", "last"]
NUMBERS: dict[Aggregate, str] = {"mean": "sums[p] / counts[p]", "last": "last[p]"}
HOURS = """
SELECT array_agg(extract(epoch FROM at - %(since)s)::int / 3600 ORDER BY at), array_agg({number} ORDER BY at)
FROM monitor_hour, array_position(series, %(series)s) AS p
WHERE at >= %(since)s AND at < %(until)s AND p IS NOT NULL
"""
ALL = """
SELECT u.id, array_agg(extract(epoch FROM at - %(since)s)::int / 3600 ORDER BY at),
       array_agg(u.sum / u.count ORDER BY at)
FROM monitor_hour, unnest(series, counts, sums) AS u(id, count, sum)
WHERE at >= %(since)s AND at < %(until)s AND u.id = ANY (%(series)s)
GROUP BY u.id
"""


@dataclass(frozen=True, slots=True)
class History:
    """Hourly values from `since` on, NaN where unknown; the last one is known, unless there is none."""

    since: datetime
    values: Floats

    @property
    def points(self) -> int:
        """How many are known."""
        return int(np.isfinite(self.values).sum())

    @property
    def until(self) -> datetime:
        """When the last hour ends."""
        return self.since + len(self.values) * HOUR

    @property
    def days(self) -> float:
        """How long it is."""
        return len(self.values) / 24

    def stale(self, *, at: datetime) -> str:
        """Why it says nothing of what comes; empty where it reaches up to that moment, or holds nothing."""
        if not len(self.values) or at - self.until <= STALE:
            return ""
        return f"It was last known at {self.until:%Y-%m-%d %H:%M} UTC."

    def after(self, place: int) -> "History":
        """What of it lies from that value on."""
        return History(self.since + place * HOUR, self.values[place:])


def hour_of(at: datetime) -> datetime:
    """When its hour began."""
    return at.replace(minute=0, second=0, microsecond=0)


def turn_of(at: datetime) -> datetime:
    """When the span of hours began in which forecasts are made once: their makers take seconds to load."""
    hour = hour_of(at)
    return hour - hour.hour % TURN_HOURS * HOUR


def history(series: int, *, aggregate: Aggregate, at: datetime, back: timedelta = BACK) -> History:
    """The hours of a series before that moment. One statement."""
    facts = _span(at, back) | {"series": series}
    with connection.cursor() as cursor:
        cursor.execute(HOURS.format(number=NUMBERS[aggregate]), facts)
        places, numbers = cursor.fetchone()
    return _made(facts["since"], places or [], numbers or [])


def histories(series: Sequence[int], *, at: datetime, back: timedelta = BACK) -> dict[int, History]:
    """The same of many at once, by their means; of those that were known at all."""
    facts = _span(at, back) | {"series": list(series)}
    with connection.cursor() as cursor:
        cursor.execute(ALL, facts)
        return {one: _made(facts["since"], places, numbers) for one, places, numbers in cursor.fetchall()}


def values_at(
    series: int, *, aggregate: Aggregate, since: datetime, hours: Sequence[int]
) -> list[float | None]:
    """What was measured in these hours after a moment; None where that is not known."""
    facts = {"series": series, "since": since, "until": since + (max(hours) + 1) * HOUR}
    with connection.cursor() as cursor:
        cursor.execute(HOURS.format(number=NUMBERS[aggregate]), facts)
        places, numbers = cursor.fetchone()
    found = dict(zip(places or [], numbers or [], strict=True))
    return [found.get(hour) for hour in hours]


def _span(at: datetime, back: timedelta) -> dict[str, object]:
    until = hour_of(at)
    return {"since": until - back, "until": until}


def _made(since: object, places: Sequence[int], numbers: Sequence[float]) -> History:
    assert isinstance(since, datetime)
    if not places:
        return History(since, np.zeros(0))
    first, last = places[0], places[-1]
    values = np.full(last - first + 1, np.nan)
    values[np.array(places) - first] = numbers
    return History(since + first * HOUR, values)

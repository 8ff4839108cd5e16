"""Closed candles that a stream delivered: held until they are over by both clocks, then stored together."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction

from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market.models import Feed, Venue, Watch
from heliograph.market.rows import Rows
from heliograph.market.sources.exchange.answers import check_candles, is_moment
from heliograph.market.sources.exchange.deliver import deliver, live_batch
from heliograph.market.sources.exchange.fetch import merged
from heliograph.market.sources.exchange.marks import update
from heliograph.market.sources.exchange.poll import OVERDUE, RECHECK
from heliograph.market.sources.exchange.skew import TRUSTED_MS, VenueClock
from heliograph.market.wire import literal, to_datetime, to_ms

# A bar that is still not over by both clocks after this is none: its time is wrong.
FUTURE_MS = 60_000

# Read again over REST some time after it last was; earlier where the next bar does not come.
NOTE = """
WITH locked AS MATERIALIZED (
    SELECT id FROM market_watch WHERE id = ANY(%(watches)s) ORDER BY id FOR NO KEY UPDATE)
UPDATE market_watch AS noted SET due_at = least(%(overdue)s, polled_at + %(recheck)s)
FROM locked WHERE noted.id = locked.id AND polled_at IS NOT NULL
"""

# What waited for so long since it was told may have been corrected meanwhile over REST.
STALE_MS = 2_000
OVERTAKEN = """
SELECT told.number
FROM unnest(%(numbers)s::bigint[], %(instruments)s::bigint[], %(opens)s::bigint[], %(told)s::bigint[])
         AS told(number, instrument, open, at)
JOIN candle ON candle.instrument_id = told.instrument AND candle.timeframe = %(timeframe)s
    AND candle.open_time = timestamptz 'epoch' + told.open * interval '1 millisecond'
WHERE candle.open_time BETWEEN %(first)s AND %(last)s
  AND candle.recorded_at > timestamptz 'epoch' + told.at * interval '1 millisecond'
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A series that is listened to."""

    watch: int
    feed: int
    instrument: int
    symbol: str
    timeframe: str

    @property
    def interval_ms(self) -> int:
        return Timeframe.parse(self.timeframe).ms or 31 * DAY


@dataclass(frozen=True, slots=True)
class Arrival:
    """A candle that its venue called closed, as ccxt gives it."""

    subscription: Subscription
    candle: tuple[object, ...]
    # UTC milliseconds at the venue when it said so, where it tells.
    told_at: int | None = None

    def ends_at(self) -> int:
        """UTC milliseconds at which it is over; 0 if its time cannot be read."""
        opens = self.candle[0]
        return Timeframe.parse(self.subscription.timeframe).end(opens) if is_moment(opens) else 0

    def is_ahead(self) -> bool:
        """True of a bar that was not over when it was told, however late we look at it."""
        return self.told_at is not None and self.ends_at() > self.told_at + TRUSTED_MS


def subscriptions(venue: Venue) -> list[Subscription]:
    """The series whose first venue this is."""
    found = Feed.objects.filter(venue=venue, priority=0, watch__paused=False)
    found = found.filter(watch__instrument__delisted_at=None).select_related("watch").order_by("pk")
    return [
        Subscription(feed.watch.pk, feed.pk, feed.watch.instrument_id, feed.symbol, feed.watch.timeframe)
        for feed in found
    ]


def ripe(arrivals: Sequence[Arrival], *, clock: int) -> list[Arrival]:
    """Those that are over at `clock` (UTC milliseconds), and those that never will be: they are refused."""
    return [one for one in arrivals if one.is_ahead() or not clock < one.ends_at() <= clock + FUTURE_MS]


@transaction.atomic
def store_arrivals(arrivals: Sequence[Arrival], *, venue: Venue, clock: VenueClock, at: datetime) -> int:
    """Store the candles in one transaction and note that their streams speak; returns how many changed."""
    by_series: dict[Subscription, list[list[object]]] = defaultdict(list)
    for arrival in arrivals:
        if not arrival.is_ahead():
            by_series[arrival.subscription].append(list(arrival.candle))
    for arrival in _overtaken(arrivals, clock=clock):
        by_series[arrival.subscription].remove(list(arrival.candle))
    rows: dict[str, list[Rows]] = defaultdict(list)
    ahead = sum(arrival.is_ahead() for arrival in arrivals)
    findings = [{"future": ahead}] if ahead else []
    for one, candles in by_series.items():
        # Not behind `at`, by which the rows are judged again when they are stored.
        checked = check_candles(candles, timeframe=one.timeframe, clock=min(clock.ms(), to_ms(at)))
        findings.append(checked.findings)
        checked.rows["instrument"] = one.instrument
        rows[one.timeframe].append(checked.rows)
    changed = deliver(
        {timeframe: np.concatenate(parts) for timeframe, parts in rows.items()},
        batch=live_batch(venue, at=at),
        at=at,
        findings=merged(findings),
    )
    _note(by_series, rows, at=at)
    return changed


def _overtaken(arrivals: Sequence[Arrival], *, clock: VenueClock) -> list[Arrival]:
    """Those that waited while a newer word on their bar was stored."""
    oldest = clock.ms() - STALE_MS
    waited: dict[str, list[Arrival]] = defaultdict(list)
    for one in arrivals:
        if one.told_at is not None and one.told_at < oldest and not one.is_ahead() and one.ends_at():
            waited[one.subscription.timeframe].append(one)
    found = []
    for timeframe, ones in waited.items():
        opens = [int(str(one.candle[0])) for one in ones]
        asked: dict[str, Any] = {
            "timeframe": timeframe,
            "numbers": literal(range(len(ones))),
            "instruments": literal([one.subscription.instrument for one in ones]),
            "opens": literal(opens),
            # By our clock, which is the one that rows are stamped with.
            "told": literal([(one.told_at or 0) - int(clock.skew_ms or 0) for one in ones]),
            "first": to_datetime(min(opens)),
            "last": to_datetime(max(opens)),
        }
        with connection.cursor() as cursor:
            cursor.execute(OVERTAKEN, asked)
            found += [ones[number] for (number,) in cursor.fetchall()]
    return found


def ask_over_rest(watches: Sequence[int]) -> None:
    """Their stream is silent: the next poll asks for them."""
    update(Watch.objects.filter(pk__in=watches).exclude(polled_at=None), due_at=None)


def _note(by_series: Collection[Subscription], rows: Mapping[str, Sequence[Rows]], *, at: datetime) -> None:
    spoke = Feed.objects.filter(pk__in=[one.feed for one in by_series])
    update(spoke, streamed_at=at, answered_at=at, failures=0, error="", not_before=None)
    for timeframe in rows:
        newest = max((int(part["time"].max()) for part in rows[timeframe] if len(part)), default=None)
        if newest is None:
            continue
        frame = Timeframe.parse(timeframe)
        overdue = to_datetime(frame.end(frame.end(newest))) + OVERDUE
        watches = [one.watch for one in by_series if one.timeframe == timeframe]
        told: dict[str, Any] = {"overdue": overdue, "recheck": RECHECK, "watches": watches}
        with connection.cursor() as cursor:
            cursor.execute(NOTE, told)

"""Closed candles that a stream delivered: held until they are over by both clocks, then stored together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection, transaction

from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market.models import Feed, Venue, Watch
from heliograph.market.sources.exchange.answers import check_candles, is_moment
from heliograph.market.sources.exchange.deliver import deliver, live_batch
from heliograph.market.sources.exchange.fetch import merged
from heliograph.market.sources.exchange.poll import OVERDUE, RECHECK
from heliograph.market.sources.exchange.skew import TRUSTED_MS, VenueClock
from heliograph.market.wire import to_datetime, to_ms

# A bar that is still not over by both clocks after this is none: its time is wrong.
FUTURE_MS = 60_000

# Read again over REST some time after it last was; earlier where the next bar does not come.
NOTE = """
UPDATE market_watch SET due_at = least(%(overdue)s, polled_at + %(recheck)s)
WHERE id = ANY(%(watches)s) AND polled_at IS NOT NULL
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
        Subscription(feed.watch_id, feed.pk, feed.watch.instrument_id, feed.symbol, feed.watch.timeframe)
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
    rows = defaultdict(list)
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


def ask_over_rest(watches: Sequence[int]) -> None:
    """Their stream is silent: the next poll asks for them."""
    Watch.objects.filter(pk__in=watches).exclude(polled_at=None).update(due_at=None)


def _note(by_series, rows, *, at: datetime) -> None:
    Feed.objects.filter(pk__in=[one.feed for one in by_series]).update(
        streamed_at=at, answered_at=at, failures=0, error="", not_before=None
    )
    for timeframe in rows:
        newest = max((int(part["time"].max()) for part in rows[timeframe] if len(part)), default=None)
        if newest is None:
            continue
        frame = Timeframe.parse(timeframe)
        overdue = to_datetime(frame.end(frame.end(newest))) + OVERDUE
        watches = [one.watch for one in by_series if one.timeframe == timeframe]
        with connection.cursor() as cursor:
            cursor.execute(NOTE, {"overdue": overdue, "recheck": RECHECK, "watches": watches})

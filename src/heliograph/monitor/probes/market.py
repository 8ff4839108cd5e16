"""Market data: whether candles come, how complete they are, and how often they are corrected."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from django.db import connection

from heliograph.engine.timeframe import Timeframe
from heliograph.market.models import Amendment, Feed, Replay
from heliograph.monitor.measure import Definition, Measure, Rule, known, measured
from heliograph.monitor.probe import Ground, Probe
from heliograph.signals.patience import Expectation
from heliograph.signals.stale import awaited

AWAITED = Definition("market_awaited_series", "count", "series that exchanges should bring")
STALE = Definition("market_stale_ratio", "ratio", "of those, that lack two bars or more", Rule(0, 0.5))
BEHIND = Definition("market_behind_bars", "count", "bars that the latest of them lacks")
REPLAY = Definition(
    "market_replay_lag_seconds",
    "seconds",
    "since a bar of a replay was due that was not played",
    Rule(10, 120),
)
FAILING = Definition("market_failing_feeds_ratio", "ratio", "of the feeds in use, that fail", Rule(0.02, 0.8))
REVISED = Definition("market_revised_bars", "count", "bars that were corrected in the last hour")
LATE = Definition("market_late_bars", "count", "bars of the past that were added in the last hour")
COVERAGE = Definition(
    "market_coverage_ratio", "ratio", "of the bars that the calendars expect, those stored", Rule(0.98, 0.8)
)
WORST = Definition("market_coverage_least_ratio", "ratio", "the same of the series with most gaps")
SERIES = Definition("market_series", "count", "stored series")
HOUR = timedelta(hours=1)
# The newest ones, found by their number: nothing else says when they came.
NEWEST = 2_000
# A row for each of thousands of series would cost more than all the rest of a look.
STORED = """
SELECT timeframe, array_agg(instrument_id), array_agg(bars),
       array_agg((extract(epoch FROM first_open) * 1000)::bigint),
       array_agg((extract(epoch FROM last_open) * 1000)::bigint)
FROM market_series WHERE bars > 0 GROUP BY timeframe
"""
# A feed fails after so many failures in a row, or after fewer where it has not answered for so long: each is
# of several tries, and where no answer comes it takes half a minute.
FAILS_AFTER, SILENT_AFTER, SILENT = 3, 2, timedelta(minutes=1)


def read_coming(ground: Ground) -> Iterator[Measure]:
    """What should have come by now."""
    groups = awaited(at=ground.at)
    late = [(series, group) for group in groups for series in group.late]
    number = sum(group.of for group in groups)
    named = ", ".join(f"{series.symbol} {group.timeframe} at {group.venue}" for series, group in late[:3])
    yield known(AWAITED, number)
    if number:
        yield known(STALE, len(late) / number, note=f"{len(late)} of {number}: {named}" if late else "")
        yield known(BEHIND, max((series.behind for series, _ in late), default=0))
    yield from _replays(ground)
    feeds = list(Feed.objects.filter(watch__paused=False).values_list("failures", "answered_at"))
    if feeds:
        failing = sum(_fails(failures, answered, at=ground.at) for failures, answered in feeds)
        yield known(FAILING, failing / len(feeds), note=f"{failing} of {len(feeds)}")
    newest = Amendment.objects.order_by("-pk").values_list("recorded_at", "revised", "inserted")[:NEWEST]
    recent = [(revised, inserted) for at, revised, inserted in newest if ground.at - at < HOUR]
    yield known(REVISED, sum(revised for revised, _ in recent))
    yield known(LATE, sum(inserted for _, inserted in recent))


def _fails(failures: int, answered: datetime | None, *, at: datetime) -> bool:
    is_silent = answered is not None and at - answered > SILENT
    return failures >= (SILENT_AFTER if is_silent else FAILS_AFTER)


def _replays(ground: Ground) -> Iterator[Measure]:
    """How late the next bar is of the replay that is latest."""
    late = [
        (ground.at - replay.played_at).total_seconds() - replay.seconds_per_bar
        for replay in Replay.objects.filter(finished_at=None, played_at__isnull=False)
    ]
    if late:
        yield known(REPLAY, max(*late, 0.0))


def read_coverage(ground: Ground) -> Iterator[Measure]:
    """From what is kept beside the candles: none is counted."""
    with connection.cursor() as cursor:
        cursor.execute(STORED)
        stored_rows = cursor.fetchall()
    shares: list[float] = []
    stored = expected = 0
    for timeframe, instruments, *columns in stored_rows:
        bars, first, last = (np.array(column, dtype=np.int64) for column in columns)
        # How many each series should have from its first to its last one.
        expectation = Expectation.read(instruments, Timeframe.parse(timeframe))
        due = np.maximum(expectation.between(first, last, count=bars - 1) + 1, bars)
        stored, expected = stored + int(bars.sum()), expected + int(due.sum())
        shares += (bars / due).tolist()
    yield known(SERIES, len(shares))
    yield measured(COVERAGE, stored / expected if expected else None, "no bar is stored")
    yield measured(WORST, min(shares, default=None), "no bar is stored")


PROBES = (
    Probe("market", (AWAITED, STALE, BEHIND, REPLAY, FAILING, REVISED, LATE), read_coming, every=60),
    Probe("market", (COVERAGE, WORST, SERIES), read_coverage, every=300, seconds=5),
)

"""True gaps, and nothing else, asked for again."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from heliograph.market.calendars import ALWAYS
from heliograph.market.models import Feed, Series, Unserved, Venue, Watch
from heliograph.market.sources.exchange.deliver import live_batch
from heliograph.market.sources.exchange.errors import VenueFault
from heliograph.market.sources.exchange.feeds import note_failure, usable
from heliograph.market.sources.exchange.fetch import Desk, bars_between
from heliograph.market.sources.exchange.gaps import Run, missing_runs, note_unserved, worth_asking
from heliograph.market.sources.exchange.skew import Now
from heliograph.market.sources.exchange.turns import Turn, visit
from heliograph.market.sources.exchange.watched import first_wanted, take_unhealed
from heliograph.market.wire import to_ms

AT_ONCE = 100
# A series is looked over for gaps this often, and sooner where one was seen to arise.
EVERY = timedelta(minutes=5)
# Gaps asked for at one visit: those of a series with very many are healed over several.
RUNS = 20


def heal_due(*, now: Now) -> int:
    """Ask for the gaps of the series whose time has come; returns the bars that were filled in."""
    return heal(take_unhealed(at=now(), until=now() + EVERY, most=AT_ONCE), now=now)


def heal(watches: Sequence[Watch], *, now: Now) -> int:
    """Ask for the gaps of these series, of each feed in turn; what none has stays visible as a gap."""
    changed = 0
    tried: dict[int, set[int]] = defaultdict(set)
    waiting = with_gaps(watches, at=now())
    while waiting:
        by_venue: dict[Venue, list[tuple[Watch, Feed, list[Run]]]] = defaultdict(list)
        for watch in waiting:
            if found := _next(watch, tried[watch.pk], at=now()):
                tried[watch.pk].add(found[0].pk)
                by_venue[found[0].venue].append((watch, *found))
        for venue, parts in by_venue.items():
            changed += _ask(venue, parts, now=now)
        waiting = [watch for parts in by_venue.values() for watch, _, _ in parts]
    return changed


def _next(watch: Watch, tried: set[int], *, at: datetime) -> tuple[Feed, list[Run]] | None:
    """The first feed not tried yet that has not said lately that it lacks the gaps, and what to ask it."""
    gaps = missing_runs(watch, first=first_wanted(watch), last=to_ms(watch.checked_until))
    for feed in usable(watch, at=at):
        if feed.pk not in tried and (runs := worth_asking(gaps, watch=watch, venue=feed.venue, at=at)):
            return feed, runs[:RUNS]
    return None


def _ask(venue: Venue, parts: Sequence[tuple[Watch, Feed, list[Run]]], *, now: Now) -> int:
    try:
        desk = Desk(venue, now=now)
    except VenueFault as fault:
        note_failure([feed for _, feed, _ in parts], fault, at=now())
        return 0
    turns = [Turn(watch, feed) for watch, feed, _ in parts]
    for turn, (_, _, runs) in zip(turns, parts, strict=True):
        turn.plan(desk, [(run.first, run.last) for run in runs])
    batch, changed = live_batch(venue, at=now()), 0
    for number in range(max(len(turn.pages) for turn in turns)):
        changed += visit(desk, turns, batch=batch, now=now, round=number)
    for turn in turns:
        if turn.fault is None:
            _note(turn, now=now)
    return changed


def _note(turn: Turn, *, now: Now) -> None:
    """What is still missing was asked in vain; what came can end a gap."""
    asked = [Run(page.first, page.last) for page in turn.pages]
    missing = [gap for run in asked for gap in missing_runs(turn.watch, first=run.first, last=run.last)]
    note_unserved(asked, missing, watch=turn.watch, venue=turn.feed.venue, at=now())


def with_gaps(watches: Sequence[Watch], *, at: datetime) -> list[Watch]:
    """Without those of which counting tells, with no bar read, that all is there or was asked for lately."""
    found = Series.objects.filter(instrument__in=[watch.instrument_id for watch in watches], bars__gt=0)
    series = {(one.instrument_id, one.timeframe): one for one in found}
    resting: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    asked = Unserved.objects.filter(watch__in=watches, not_before__gt=at)
    for watch, venue, bars in asked.values_list("watch", "venue", "bars"):
        resting[watch][venue] += bars
    return [
        watch
        for watch in watches
        if _absent(watch, series.get((watch.instrument_id, watch.timeframe)))
        > _resting(watch, resting[watch.pk])
    ]


def _absent(watch: Watch, series: Series | None) -> float:
    """How many bars are missing; infinity where that takes reading them."""
    calendar = watch.instrument.calendar or watch.instrument.venue.calendar
    assert watch.checked_until
    if series is None or calendar != ALWAYS:
        return math.inf
    first = min(first_wanted(watch), to_ms(series.first_open))
    last = max(to_ms(watch.checked_until), to_ms(series.last_open))
    return bars_between(watch.timeframe, first, last) - series.bars


def _resting(watch: Watch, by_venue: Mapping[int, int]) -> int:
    """How many bars all of its venues were asked for in vain not long ago."""
    return min((by_venue.get(feed.venue_id, 0) for feed in watch.feeds.all()), default=0)

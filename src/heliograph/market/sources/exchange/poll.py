"""The newest bars over REST: each series asked when its bar has closed, its last bars read again."""

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from heliograph.engine.timeframe import DAY, MINUTE, Timeframe
from heliograph.market.models import Feed, Venue, Watch
from heliograph.market.sources.exchange.deliver import live_batch
from heliograph.market.sources.exchange.errors import VenueFault
from heliograph.market.sources.exchange.feeds import next_chance, note_failure, note_success, usable
from heliograph.market.sources.exchange.fetch import Desk, frame_step, newest_closed
from heliograph.market.sources.exchange.gaps import Run, missing_runs
from heliograph.market.sources.exchange.heal import heal_due
from heliograph.market.sources.exchange.marks import write
from heliograph.market.sources.exchange.skew import Now, running_from
from heliograph.market.sources.exchange.turns import Turn, visit
from heliograph.market.sources.exchange.watched import first_wanted, take_due
from heliograph.market.wire import to_datetime, to_ms

# Behind the close of a bar: the venue needs a moment to write it down.
DELAY = timedelta(milliseconds=250)
# So many series are taken at a time; who took them has so long until another may.
AT_ONCE = 200
CLAIM = timedelta(seconds=90)
# No new ones are taken after this, so that a task ends in its time.
BUDGET_SECONDS = 40.0
# The bars of so long are read again for corrections, but not fewer and not more than that.
REREAD_MS = 30 * MINUTE
FEWEST, MOST = 3, 90
# Where candles were refused, so many times that is read again, once they have come as they should.
HELD = 3
# A way of catching up that is longer than this is gone in several polls.
PAGES = 4
# A bar that has not come so many intervals behind its close is left to the healing of gaps.
PATIENCE_BARS = 2
SOONEST, LATEST = timedelta(seconds=2), timedelta(seconds=60)
# A stream delivers the bars; they are read again over REST this often.
RECHECK = timedelta(minutes=15)
# A bar of a stream that is so late is asked for over REST.
OVERDUE = timedelta(seconds=10)
LOOK_AT_DELISTED = timedelta(days=1)


def poll_due(*, at: datetime) -> int:
    """Ask for the bars of all watched series that have closed, and heal gaps; returns the bars that changed.

    Two processes that poll at once share the work. A venue or symbol that fails holds back no other.
    """
    now, began, changed = running_from(at), time.monotonic(), 0
    while time.monotonic() - began < BUDGET_SECONDS:
        watches = take_due(at=now(), until=now() + CLAIM, most=AT_ONCE)
        changed += poll(watches, now=now)
        # Also while polls are behind: gaps would else wait for as long as they are.
        changed += heal_due(now=now)
        if not watches:
            break
    return changed


def poll(watches: Sequence[Watch], *, now: Now) -> int:
    """Ask for these series now, each of its first feed that answers; returns the bars that changed."""
    waiting = [(watch, usable(watch, at=now())) for watch in watches]
    changed = 0
    while waiting:
        by_venue: dict[Venue, list[Turn]] = defaultdict(list)
        for watch, feeds in waiting:
            if feeds:
                by_venue[feeds[0].venue].append(Turn(watch, feeds[0]))
        _postpone([watch for watch, feeds in waiting if not feeds], now=now)
        feeds_of = {watch.pk: feeds[1:] for watch, feeds in waiting}
        waiting = []
        for venue, turns in by_venue.items():
            changed += ask_venue(venue, turns, now=now)
            waiting += [(turn.watch, feeds_of[turn.watch.pk]) for turn in turns if turn.fault]
    return changed


def ask_venue(venue: Venue, turns: Sequence[Turn], *, now: Now) -> int:
    """Ask one venue for many series; faults stand in their turns. Returns the bars that changed."""
    try:
        desk = Desk(venue, now=now)
    except VenueFault as fault:
        for turn in turns:
            turn.fault = fault
        note_failure([turn.feed for turn in turns], fault, at=now())
        return 0
    for turn in turns:
        _plan(turn, desk)
    batch, changed = live_batch(venue, at=now()), 0
    for number in range(max((len(turn.pages) for turn in turns), default=0)):
        changed += visit(desk, turns, batch=batch, now=now, round=number)
    _conclude(turns, desk, now=now)
    return changed


def next_due(watch: Watch, *, newest: int, clock: int, at: datetime, streamed: bool = False) -> datetime:
    """When a series is asked for next, of which `newest` is the newest bar that came (UTC milliseconds).

    `clock`: what time it is at the venue, whose bars close by it. Of a series with a stream: when it is read
    again, or when a bar of the stream is overdue.
    """
    frame = Timeframe.parse(watch.timeframe)
    behind = at - to_datetime(clock)
    closed = newest_closed(watch.timeframe, clock)
    next_close = to_datetime(frame.end(frame.end(closed))) + behind
    if streamed:
        overdue = to_datetime(frame.end(frame.end(newest))) + behind + OVERDUE
        return min(overdue, at + RECHECK)
    if newest >= closed:
        return next_close + DELAY
    age = at - (to_datetime(frame.end(closed)) + behind)
    return min(at + min(max(age, SOONEST), LATEST), next_close + DELAY)


def _plan(turn: Turn, desk: Desk) -> None:
    """From the bars that are read again on to the newest closed one, and no further than PAGES.

    Of a venue that stands in for the first one: what is missing there.
    """
    watch = turn.watch
    frame = Timeframe.parse(watch.timeframe)
    last = newest_closed(watch.timeframe, desk.clock.ms())
    if watch.instrument.delisted_at and turn.feed.venue_id == watch.instrument.venue_id:
        last = min(last, frame.start(to_ms(watch.instrument.delisted_at)))
    first = first_wanted(watch)
    if watch.checked_until:
        again = frame_step(frame, frame.start(to_ms(watch.checked_until)), 1 - _reread(frame))
        first = max(first, again)
    if first > last:
        return
    if turn.feed.priority == min(feed.priority for feed in watch.feeds.all()):
        runs = [Run(first, last)]
    else:
        # Who stands in for another adds what is missing, and corrects nothing.
        runs = missing_runs(watch, first=first, last=last)
    turn.plan(desk, [(run.first, run.last) for run in runs])
    del turn.pages[PAGES:]


def _reread(frame: Timeframe) -> int:
    return min(max(REREAD_MS // (frame.ms or 31 * DAY), FEWEST), MOST)


def _conclude(turns: Sequence[Turn], desk: Desk, *, now: Now) -> None:
    """Write down how far each series came, and when it is due again."""
    at, clock = now(), desk.clock.ms()
    failed: dict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        if turn.fault:
            failed[str(turn.fault)].append(turn)
        _move_on(turn.watch, turn, clock=clock, at=at)
    good = [turn for turn in turns if not turn.fault]
    write([turn.watch for turn in turns if turn.fault], ["checked_until", "polled_at"])
    write([turn.watch for turn in good], ["checked_until", "polled_at", "due_at", "heal_at"])
    note_success([turn.feed for turn in good], at=at)
    for same in failed.values():
        fault = same[0].fault
        assert fault
        note_failure([turn.feed for turn in same], fault, at=at)


def _move_on(watch: Watch, turn: Turn, *, clock: int, at: datetime) -> None:
    watch.polled_at = at
    frame = Timeframe.parse(watch.timeframe)
    closed = newest_closed(watch.timeframe, clock)
    if turn.answered is None:
        watch.due_at = next_due(watch, newest=closed, clock=clock, at=at)
        return
    # What has not come in time is a gap: it is healed, not waited for.
    patient = frame_step(frame, closed, -PATIENCE_BARS)
    reached = max(turn.newest or 0, min(turn.answered, patient))
    if turn.refused:
        # In the place of a candle that cannot be there may be a correction: these bars are read once more.
        reached = min(reached, frame_step(frame, reached, -HELD * _reread(frame)))
    before = to_ms(watch.checked_until) if watch.checked_until else 0
    if reached > before:
        watch.checked_until = to_datetime(reached)
    if watch.instrument.delisted_at:
        watch.due_at = at + LOOK_AT_DELISTED
    elif turn.answered < closed:
        watch.due_at = at
    else:
        streamed = _is_streamed(turn.feed, at=at, frame=frame)
        watch.due_at = next_due(watch, newest=turn.newest or 0, clock=clock, at=at, streamed=streamed)
    if turn.bars < sum(page.bars for page in turn.pages):
        watch.heal_at = min(watch.heal_at or at, at)


def _is_streamed(feed: Feed, *, at: datetime, frame: Timeframe) -> bool:
    """True if its stream spoke lately."""
    quiet = max(timedelta(milliseconds=2 * (frame.ms or DAY)), timedelta(seconds=30))
    return feed.streamed_at is not None and at - feed.streamed_at < quiet


def _postpone(watches: Sequence[Watch], *, now: Now) -> None:
    """No venue answers for them: they are due when one may be asked again."""
    for watch in watches:
        watch.due_at = next_chance(watch, at=now())
    write(watches, ["due_at"])

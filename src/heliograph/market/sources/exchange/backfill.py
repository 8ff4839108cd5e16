"""The history of watched series: from any date, with progress, and onwards after an interruption.

What is missing is read from the rows, so that a run that was killed goes on with what is still missing.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from heliograph.engine.timeframe import Timeframe
from heliograph.kit.clock import utc_now
from heliograph.market.long_run import LongRun
from heliograph.market.models import Batch, Venue, Watch
from heliograph.market.sources.exchange.deliver import new_batch
from heliograph.market.sources.exchange.errors import VenueFault
from heliograph.market.sources.exchange.feeds import in_order, note_failure, note_success
from heliograph.market.sources.exchange.fetch import Desk, bars_between, frame_step, newest_closed
from heliograph.market.sources.exchange.gaps import Run, missing_runs, note_unserved, worth_asking
from heliograph.market.sources.exchange.marks import update, write
from heliograph.market.sources.exchange.skew import Now, VenueClock
from heliograph.market.sources.exchange.turns import Turn, visit
from heliograph.market.sources.exchange.watched import first_wanted, load_watches
from heliograph.market.wire import to_datetime, to_ms

# Series that are fetched side by side; one page of each is stored in one transaction.
SIDE_BY_SIDE = 20
# While it runs the polls leave its series alone.
CLAIM = timedelta(minutes=2)
UNIT = "bars"


@dataclass
class Backfill:
    """A run under way. `done` of `total` bars are stored or were asked for in vain."""

    run: LongRun
    now: Now
    done: int = 0
    total: int = 0
    changed: int = 0
    unserved: int = 0
    # Of the series that no feed has served yet.
    faults: dict[int, VenueFault] = field(default_factory=dict)

    def report(self) -> None:
        """Say how far it is."""
        self.run.report(self.done, total=self.total, unit=UNIT, cursor={"done": self.done})


def run_backfill(run: LongRun) -> dict[str, object]:
    """Fetch what the series of `run.arguments["watches"]` miss, from where they are wanted to now.

    Returns `bars` stored or corrected and the number `unserved`. A series that fails does not stop the
    others; its fault is raised at the end, and the next run goes on with what is missing then.
    """
    ids = [int(str(one)) for one in _list(run.arguments["watches"])]
    return backfill(load_watches(ids), run=run, now=utc_now)


def backfill(watches: Sequence[Watch], *, run: LongRun, now: Now) -> dict[str, object]:
    """See `run_backfill`."""
    state = Backfill(run, now)
    tried: dict[int, set[int]] = defaultdict(set)
    waiting = list(watches)
    first = True
    while waiting:
        by_venue: dict[Venue, list[Turn]] = defaultdict(list)
        for watch in waiting:
            # Also those that rest after failures: somebody waits for the history.
            feeds = [feed for feed in in_order(watch) if feed.pk not in tried[watch.pk]]
            if feeds:
                tried[watch.pk].add(feeds[0].pk)
                by_venue[feeds[0].venue].append(Turn(watch, feeds[0]))
        waiting = []
        for venue, turns in by_venue.items():
            _fetch(venue, turns, state, count=first)
            waiting += [turn.watch for turn in turns if turn.fault]
        first = False
    for fault in state.faults.values():
        raise fault
    return {"bars": state.changed, "unserved": state.unserved}


def _fetch(venue: Venue, turns: Sequence[Turn], state: Backfill, *, count: bool) -> None:
    """All that one venue has of what its series miss."""
    try:
        desk = Desk(venue, now=state.now)
    except VenueFault as fault:
        for turn in turns:
            turn.fault = state.faults[turn.watch.pk] = fault
        note_failure([turn.feed for turn in turns], fault, at=state.now())
        return
    for turn in turns:
        _plan(turn, desk, state, count=count)
    state.report()
    batch = _batch(venue, turns, state) if any(turn.pages for turn in turns) else None
    for start in range(0, len(turns), SIDE_BY_SIDE):
        group = turns[start : start + SIDE_BY_SIDE]
        if batch:
            _fetch_group(desk, group, batch, state)
        _conclude(group, desk, state)


def _plan(turn: Turn, desk: Desk, state: Backfill, *, count: bool) -> None:
    watch = turn.watch
    first, last = first_wanted(watch), _last(watch, desk.clock)
    missing = missing_runs(watch, first=first, last=last) if first <= last else []
    asked = worth_asking(missing, watch=watch, venue=desk.venue, at=state.now())
    turn.plan(desk, [(run.first, run.last) for run in asked])
    if count:
        bars = bars_between(watch.timeframe, first, last)
        state.total += bars
        state.done += bars - sum(page.bars for page in turn.pages)


def _fetch_group(desk: Desk, turns: Sequence[Turn], batch: Batch, state: Backfill) -> None:
    ids = [turn.watch.pk for turn in turns]
    for number in range(max(len(turn.pages) for turn in turns)):
        update(Watch.objects.filter(pk__in=ids), due_at=state.now() + CLAIM)
        state.changed += visit(desk, turns, batch=batch, now=state.now, round=number)
        state.done += sum(
            turn.pages[number].bars for turn in turns if number < len(turn.pages) and not turn.fault
        )
        state.report()


def _conclude(turns: Sequence[Turn], desk: Desk, state: Backfill) -> None:
    """Write down how far each series came; from here on it is polled."""
    at = state.now()
    for turn in turns:
        if turn.fault:
            note_failure([turn.feed], turn.fault, at=at)
            state.faults[turn.watch.pk] = turn.fault
            continue
        state.faults.pop(turn.watch.pk, None)
        state.unserved += _note(turn, state)
        reached = _reached(turn, desk)
        before = to_ms(turn.watch.checked_until) if turn.watch.checked_until else 0
        if reached > before:
            turn.watch.checked_until = to_datetime(reached)
        turn.watch.due_at = None
    good = [turn for turn in turns if not turn.fault]
    write([turn.watch for turn in good], ["checked_until", "due_at"])
    note_success([turn.feed for turn in good], at=at)


def _reached(turn: Turn, desk: Desk) -> int:
    """The newest bar up to which all was read. The newest ones may be late: the polls wait for them."""
    last = _last(turn.watch, desk.clock)
    if not turn.pages:
        return last
    patient = frame_step(Timeframe.parse(turn.watch.timeframe), last, -2)
    return max(turn.newest or 0, min(turn.answered or 0, patient))


def _note(turn: Turn, state: Backfill) -> int:
    """Remember what the venue does not have; returns how many bars."""
    asked = [Run(page.first, page.last) for page in turn.pages]
    if turn.bars == sum(page.bars for page in turn.pages):
        return 0
    reached = turn.newest or asked[-1].last
    missing = [
        gap
        for run in asked
        for gap in missing_runs(turn.watch, first=run.first, last=run.last)
        # The newest ones may only be late.
        if gap.first <= reached
    ]
    note_unserved(asked, missing, watch=turn.watch, venue=turn.feed.venue, at=state.now())
    return sum(bars_between(turn.watch.timeframe, gap.first, gap.last) for gap in missing)


def _last(watch: Watch, clock: VenueClock) -> int:
    """The newest bar that is over, or was when the instrument was delisted."""
    last = newest_closed(watch.timeframe, clock.ms())
    gone = watch.instrument.delisted_at
    return min(last, Timeframe.parse(watch.timeframe).start(to_ms(gone))) if gone else last


def _batch(venue: Venue, turns: Sequence[Turn], state: Backfill) -> Batch:
    begins = min(page.first for turn in turns for page in turn.pages)
    return new_batch(venue, name=f"backfill from {to_datetime(begins):%Y-%m-%d}", at=state.now())


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []

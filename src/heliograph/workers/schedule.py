"""The timetable: when each task is rung, computed from calendars and never from when it was rung last."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market.calendars import ALWAYS, sessions
from heliograph.market.models import Venue, Watch
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.models import Progress, StrategyVersion
from heliograph.workers.queues import QUEUES

__all__ = ["QUEUES", "Close", "Entry", "Every", "entries", "standing_entries"]

# Exchanges have the final candle some moments after its close.
CLOSE_DELAY_MS = 1_000
# So long before a close workers bring what its bars will need into memory: a replay from the origin takes
# some seconds at most, and what is warm must not be forgotten again meanwhile.
WARM_AHEAD_MS = 10_000
# Long enough to reach over any holidays.
SEARCHED_DAYS = 40
# What is due is found by each task itself: these only say how long it may lie there.
STANDING = {
    "reconcile": 2,
    "deliver_due": 5,
    "poll_due": 10,
    "settle_due": 30,
    "generate_due": 30,
    "run_jobs": 30,
    "sync_due": 600,
    "upkeep": 600,
    "tell_troubles": 15,
    "check_rollouts": 60,
    "report_due": 60,
    "fold_sums": 20,
    "keep_quality": 1_800,
    "measure": 15,
    "forecast": 300,
    "send_heartbeat": 60,
}
AT_CLOSES = {"warm_due": -WARM_AHEAD_MS, "poll_due": CLOSE_DELAY_MS, "generate_due": CLOSE_DELAY_MS}


class Times(Protocol):
    """Moments of a calendar."""

    def last(self, at: datetime) -> datetime:
        """The newest one that is not after `at`."""

    def next(self, at: datetime) -> datetime:
        """The first one after `at`."""


@dataclass(frozen=True, slots=True)
class Every:
    """Each whole multiple of some seconds since 1970."""

    seconds: int

    def last(self, at: datetime) -> datetime:
        """The newest one that is not after `at`."""
        length = self.seconds * 1000
        return to_datetime(to_ms(at) // length * length)

    def next(self, at: datetime) -> datetime:
        """The first one after `at`."""
        return self.last(at) + timedelta(seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Close:
    """Each close of a timeframe's bars where the calendar trades, a little later or, below 0, earlier."""

    timeframe: str
    calendar: str = ALWAYS
    later_ms: int = CLOSE_DELAY_MS

    def last(self, at: datetime) -> datetime:
        """The newest one that is not after `at`."""
        now, frame = to_ms(at) - self.later_ms, Timeframe.parse(self.timeframe)
        if self.calendar == ALWAYS:
            return to_datetime(frame.start(now) + self.later_ms)
        closes = self._closes(now, frame)
        return to_datetime(closes[bisect_right(closes, now) - 1] + self.later_ms)

    def next(self, at: datetime) -> datetime:
        """The first one after `at`."""
        now, frame = to_ms(at) - self.later_ms, Timeframe.parse(self.timeframe)
        if self.calendar == ALWAYS:
            return to_datetime(frame.end(frame.start(now)) + self.later_ms)
        closes = self._closes(now, frame)
        return to_datetime(closes[bisect_right(closes, now)] + self.later_ms)

    def _closes(self, now: int, frame: Timeframe) -> list[int]:
        # A bar that closed lately may have opened a month before.
        length = frame.end(now) - frame.start(now)
        first, last = now - SEARCHED_DAYS * DAY - length, now + SEARCHED_DAYS * DAY
        slots = sessions(self.calendar, first=first, last=last).slots(frame.name)
        near = slots[(slots > first) & (slots < last)]
        return [frame.end(slot) for slot in near.tolist()]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timetable: `name` tells its slots from those of other lines."""

    name: str
    task: str
    times: Times


def standing_entries(*, replay: bool, scaling: bool = True) -> list[Entry]:
    """What is rung every few seconds or minutes."""
    seconds = STANDING | ({"replay_tick": 1} if replay else {}) | ({"scale": 5} if scaling else {})
    return [Entry(f"{task} every {every} s", task, Every(every)) for task, every in seconds.items()]


def entries(*, replay: bool, scaling: bool = True) -> list[Entry]:
    """The whole timetable as of the rows: the standing entries, and the closes of the bars in use."""
    closes = [
        Entry(f"{task} {timeframe} {calendar}", task, Close(timeframe, calendar, later_ms))
        for timeframe, calendar in sorted(set(_closes_in_use()))
        for task, later_ms in AT_CLOSES.items()
    ]
    return [*standing_entries(replay=replay, scaling=scaling), *closes]


def _closes_in_use() -> Iterator[tuple[str, str]]:
    """The timeframes and calendars of what is watched and of what running strategies look at.

    A replay has a clock of its own, and files have none.
    """
    watched = Watch.objects.filter(paused=False)
    yield from _pairs(
        watched.values_list("timeframe", "instrument__calendar", "instrument__venue__calendar").distinct()
    )
    looked_at = Progress.objects.filter(
        version__stage__in=StrategyVersion.RUNNING, venue__kind=Venue.Kind.EXCHANGE
    )
    yield from _pairs(
        (timeframe, "", calendar)
        for timeframe, calendar in looked_at.values_list("version__timeframe", "venue__calendar").distinct()
    )


def _pairs(rows: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str]]:
    for timeframe, own, of_venue in rows:
        yield timeframe, own or of_venue

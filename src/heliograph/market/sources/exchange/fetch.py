"""Asking a venue for many ranges of bars at once, each answer checked."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

from django.db import connection

from heliograph.engine.timeframe import Timeframe
from heliograph.market.models import Venue
from heliograph.market.sources.exchange.answers import Checked, check_candles, nothing
from heliograph.market.sources.exchange.client import client_for
from heliograph.market.sources.exchange.errors import VenueFault
from heliograph.market.sources.exchange.skew import Now, VenueClock, read_clock

# Requests under way at a time, for each process: waiting for answers is most of their time.
AT_ONCE = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ask:
    """The bars of one series that open from `first` to `last` (UTC milliseconds), both included."""

    watch: int
    instrument: int
    symbol: str
    timeframe: str
    first: int
    last: int

    @property
    def bars(self) -> int:
        return bars_between(self.timeframe, self.first, self.last)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one ask: candles, or the fault that the venue was.

    `begins`: the open of the first candle of the answer where it lies behind all that was asked for. Most
    venues answer with the first candles that they have from a time on: there are none before it.
    """

    ask: Ask
    checked: Checked
    fault: VenueFault | None = None
    begins: int | None = None


class Desk:
    """A venue, its clock, and what this process asks it. The venue's faults that concern all are raised."""

    def __init__(self, venue: Venue, *, now: Now) -> None:
        self.venue = venue
        self._fault: VenueFault | None = None
        with client_for(venue) as client:
            self.limit = client.limit
            self.clock: VenueClock = read_clock(client, now=now)
            client.know_markets()

    def ask_all(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """The answers, in order. Once the venue as a whole fails it is not asked further."""
        if len(asks) < 2:
            yield from map(self.ask, asks)
            return
        count = min(AT_ONCE, len(asks))
        with ThreadPoolExecutor(count, thread_name_prefix=self.venue.name) as threads:
            yield from threads.map(self.ask, asks)
            # All of them at once, so that each thread closes the connection that it took its slots with.
            together = Barrier(count)
            for _ in range(count):
                threads.submit(_leave, together)

    def ask(self, ask: Ask) -> Answer:
        """One answer; a fault of the venue is in it, not raised."""
        if self._fault:
            return Answer(ask, nothing(), self._fault)
        try:
            with client_for(self.venue) as client:
                raw = client.candles(ask.symbol, ask.timeframe, since=ask.first, limit=ask.bars)
        except VenueFault as fault:
            if fault.whole:
                self._fault = fault
            log.warning("%s", fault)
            return Answer(ask, nothing(), fault)
        checked = check_candles(raw, timeframe=ask.timeframe, clock=self.clock.ms())
        first = int(checked.rows["time"][0]) if len(checked.rows) else ask.first
        return Answer(ask, _within(checked, ask), begins=first if first > ask.last else None)


def pages(ask: Ask, *, limit: int) -> Iterator[Ask]:
    """The ask cut into pieces of at most `limit` bars, rising."""
    frame, first = Timeframe.parse(ask.timeframe), ask.first
    while first <= ask.last:
        last = min(frame_step(frame, first, limit - 1), ask.last)
        yield Ask(ask.watch, ask.instrument, ask.symbol, ask.timeframe, first, last)
        first = frame.end(last)


def frame_step(frame: Timeframe, opens: int, bars: int) -> int:
    """The open of the bar so many bars on (or back, if negative)."""
    if frame.ms is not None:
        return opens + bars * frame.ms
    for _ in range(abs(bars)):
        opens = frame.end(opens) if bars > 0 else frame.start(opens - 1)
    return opens


def bars_between(timeframe: str, first: int, last: int) -> int:
    """How many bars of the grid open from `first` to `last`, both included."""
    frame = Timeframe.parse(timeframe)
    if frame.ms is not None:
        return max((last - first) // frame.ms + 1, 0)
    count = 0
    while first <= last:
        count, first = count + 1, frame.end(first)
    return count


def newest_closed(timeframe: str, clock: int) -> int:
    """The open of the newest bar that is over at `clock` (UTC milliseconds)."""
    frame = Timeframe.parse(timeframe)
    return frame.start(frame.start(clock) - 1)


def merged(findings: Iterable[dict[str, int]]) -> dict[str, int]:
    """Counts added up by name."""
    total: dict[str, int] = {}
    for one in findings:
        for name, count in one.items():
            total[name] = total.get(name, 0) + count
    return total


def _within(checked: Checked, ask: Ask) -> Checked:
    """What was asked for alone: some venues answer with more."""
    time = checked.rows["time"]
    rows = checked.rows[(time >= ask.first) & (time <= ask.last)]
    rows["instrument"] = ask.instrument
    return Checked(rows, checked.findings)


def _leave(together: Barrier) -> None:
    together.wait()
    connection.close()

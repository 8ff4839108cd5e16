"""What shards read alike within one call of `generate`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from heliograph.engine.bars import Bars, Times
from heliograph.market.bars import load_bars
from heliograph.market.clock import replay_clock
from heliograph.market.models import Replay, Venue
from heliograph.market.wire import to_ms
from heliograph.signals.models import Postponement
from heliograph.signals.patience import Expectation, Mask
from heliograph.signals.readings import Gaps, Rows, count_gaps, not_awaited


@dataclass(frozen=True, slots=True)
class Place:
    """A venue and the time there. `is_live` where bars come as they close: no file, no replay at its end."""

    venue: Venue
    clock: datetime
    is_live: bool


@dataclass(frozen=True, slots=True)
class Overdue:
    """How many bars of each instrument are over and not there, and of which a bar is awaited at all."""

    newest: Times
    bars: Times
    awaited: Mask


class Sources:
    """The bars loaded last, by versions over the same instruments; venues, their clocks and what they owe."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at
        self._places: dict[int, Place] = {}
        self._overdue: dict[tuple[object, ...], Overdue] = {}
        self._gaps: dict[tuple[object, ...], Gaps] = {}
        self._postponed: dict[int, Postponement] | None = None
        self._key: tuple[object, ...] = ()
        self._bars: Bars | None = None

    def bars(self, instruments: Times, timeframe: str, *, start: int, end: int) -> Bars:
        """The bars of these instruments with start <= open < end (ms)."""
        key = (instruments.tobytes(), timeframe, start, end)
        if self._bars is None or key != self._key:
            self._bars = load_bars(
                instruments=instruments.tolist(), timeframe=timeframe, start=start, end=end
            )
            self._key = key
        return self._bars

    def place(self, venue_id: int) -> Place:
        """A venue as it is now."""
        if venue_id not in self._places:
            venue = Venue.objects.get(pk=venue_id)
            replay = Replay.objects.filter(venue=venue).first()
            is_live = venue.kind == Venue.Kind.EXCHANGE or (replay is not None and replay.finished_at is None)
            self._places[venue_id] = Place(venue, replay_clock(replay) if replay else self.at, is_live)
        return self._places[venue_id]

    def clock(self, venue_id: int) -> datetime:
        """The time at a venue."""
        return self.place(venue_id).clock

    def overdue(self, venue_id: int, instruments: Times, newest: Times, expectation: Expectation) -> Overdue:
        """What a venue owes of these instruments."""
        timeframe, clock = expectation.timeframe.name, self.clock(venue_id)
        key = (venue_id, timeframe, instruments.tobytes())
        found = self._overdue.get(key)
        if found is None or not np.array_equal(found.newest, newest):
            gone = not_awaited(venue_id, timeframe, clock=clock)
            bars = expectation.overdue(newest, clock=to_ms(clock))
            found = self._overdue[key] = Overdue(newest, bars, ~np.isin(instruments, gone))
        return found

    def gaps(self, rows: Rows, awaited: Mask, expectation: Expectation) -> Gaps:
        """The gaps of these instruments, counted once for all versions that look at them."""
        key = (expectation.timeframe.name, rows.instruments.tobytes(), rows.newest.tobytes())
        if key not in self._gaps:
            self._gaps[key] = count_gaps(rows, awaited, expectation)
        return self._gaps[key]

    def postponement(self, progress_id: int) -> Postponement | None:
        """The closed gates of a shard, if they are."""
        if self._postponed is None:
            self._postponed = {row.pk: row for row in Postponement.objects.all()}
        return self._postponed.get(progress_id)


def overdue_rows(found: Overdue, instruments: Times, *, least: int) -> Sequence[int]:
    """The awaited instruments of which so many bars are overdue."""
    return instruments[found.awaited & (found.bars >= least)].tolist()

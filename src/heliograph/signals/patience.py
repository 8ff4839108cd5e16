"""Missing bars: which are still awaited, and how many were passed over."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Bars, Times
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.kit.cache import cached
from heliograph.market.calendars import ALWAYS, FOREX, WEEKDAYS, sessions, slot_of
from heliograph.market.models import Instrument
from heliograph.signals.block import exist

Mask = npt.NDArray[np.bool_]
# These cost nothing to ask; an exchange's own calendar takes seconds to load and is asked only in doubt.
LIGHT = (ALWAYS, FOREX, WEEKDAYS)


def _digest(instruments: Sequence[int]) -> str:
    return f"calendars:{hashlib.blake2b(np.array(instruments).tobytes(), digest_size=12).hexdigest()}"


@cached(key=_digest, ttl=60.0, levels=(1, 2))
def calendars_of(instruments: Sequence[int]) -> tuple[str, ...]:
    """The names of the calendars of these instruments: their own or those of their venues."""
    rows = Instrument.objects.filter(pk__in=instruments).values_list("pk", "calendar", "venue__calendar")
    named = {number: own or of_venue for number, own, of_venue in rows}
    return tuple(named[number] for number in instruments)


@dataclass(frozen=True, slots=True)
class Expectation:
    """The bars that should exist, for the rows of a shard; `calendars` has one name for each row."""

    timeframe: Timeframe
    calendars: Sequence[str]

    @classmethod
    def read(cls, instruments: Sequence[int], timeframe: Timeframe) -> "Expectation":
        """By the calendars of these instruments, or of their venues."""
        return cls(timeframe, calendars_of(instruments))

    def awaiting(self, bars: Bars, watermarks: Times, *, awaited_after: int) -> Times:
        """For each row the column before which a bar is missing that may still come; the width if none is.

        A missing bar may come if it opens behind `awaited_after`.
        """
        wait = np.full(bars.instruments, len(bars), dtype=np.int64)
        there, first = exist(bars), int(bars.time.searchsorted(awaited_after, side="right"))
        before = np.where(there[:, :first], bars.time[:first], watermarks[:, None]).max(
            axis=1, initial=np.iinfo(np.int64).min
        )
        before = np.maximum(before, watermarks)
        for column in range(first, len(bars)):
            time = bars.time[column]
            rows = there[:, column] & (wait == len(bars))
            wait[rows & self._lacks(before, int(time), rows, awaited_after)] = column
            before = np.where(there[:, column], time, before)
        return wait

    @property
    def length(self) -> int:
        """Of a bar, in ms; of a month 31 days."""
        return self.timeframe.ms or 31 * DAY

    def overdue(self, newest: Times, *, clock: int) -> Times:
        """How many bars behind each row's newest one (int64[N], ms) are over by `clock`: 0 is fresh."""
        count = np.zeros(len(newest), dtype=np.int64)
        for calendar, rows in self._by_calendar(np.ones(len(newest), dtype=bool)):
            count[rows] = self._overdue(calendar, newest[rows], clock)
        return count

    def between(self, after: Times, until: Times, *, count: Times) -> Times:
        """How many bars each row should have behind `after` up to `until`; of `count` there are so many."""
        due = np.zeros(len(after), dtype=np.int64)
        for calendar, rows in self._by_calendar(until > after):
            due[rows] = self._steps(calendar, after[rows], until[rows], count[rows])
        return due

    def passed_over(self, bars: Bars, before: Times, after: Times, *, since: Times) -> int:
        """How many expected bars behind `since` and `before` (int64[N]), up to `after`, the rows lack."""
        start, live = np.maximum(before, since), after > np.maximum(before, since)
        if not live.any():
            return 0
        count = (exist(bars) & (bars.time[None, :] > start[:, None])).sum(axis=1)
        lacking = 0
        for calendar, rows in self._by_calendar(live):
            due = self._steps(calendar, start[rows], after[rows], count[rows])
            lacking += int(np.maximum(due - count[rows], 0).sum())
        return lacking

    def _lacks(self, before: Times, time: int, rows: Mask, awaited_after: int) -> Mask:
        """Which of the rows lack a bar between `before` and `time` that opens behind `awaited_after`."""
        lacks = np.zeros(len(before), dtype=bool)
        for calendar, chosen in self._by_calendar(rows):
            last = self._due_before(calendar, int(before[chosen].min()), time)
            if last > awaited_after:
                after = np.full(len(chosen), time, dtype=np.int64)
                one = np.ones(len(chosen), dtype=np.int64)
                lacks[chosen] = self._steps(calendar, before[chosen], after, one) > 1
        return lacks

    def _due_before(self, calendar: str, first: int, time: int) -> int:
        """The open of the last bar that should exist before the one at `time`, and not before `first`."""
        if calendar == ALWAYS or calendar not in LIGHT:
            # Of an exchange it may be earlier; whether one is due at all is asked with care after this.
            return self.timeframe.start(time - 1) if self.timeframe.ms is None else time - self.timeframe.ms
        slots = sessions(calendar, first=first, last=time).slots(self.timeframe.name)
        slots = slots[slots < slot_of(np.array([time]), self.timeframe.name)[0]]
        return int(slots[-1]) if len(slots) else first

    def _overdue(self, calendar: str, newest: Times, clock: int) -> Times:
        frame = self.timeframe
        if calendar == ALWAYS:
            if frame.ms is not None:
                return np.maximum((clock - newest) // frame.ms - 1, 0)
            last = np.full(len(newest), frame.start(frame.start(clock) - 1), dtype=np.int64)
            return np.maximum(_unbroken(frame, newest, last), 0)
        if calendar not in LIGHT:
            roughly = self._overdue(WEEKDAYS, newest, clock)
            if not roughly.any():
                return roughly
        slots = sessions(calendar, first=int(newest.min()), last=clock).slots(frame.name)
        slots = slots[slots <= clock]
        while len(slots) and frame.end(int(slots[-1])) > clock:
            slots = slots[:-1]
        return len(slots) - np.searchsorted(slots, slot_of(newest, frame.name), side="right")

    def _by_calendar(self, rows: Mask) -> list[tuple[str, Times]]:
        """The rows of each calendar."""
        names = np.array(self.calendars)
        return [(name, np.flatnonzero(rows & (names == name))) for name in set(names[rows].tolist())]

    def _steps(self, calendar: str, before: Times, after: Times, count: Times) -> Times:
        """How many bars should open behind `before`, up to `after`; above `count` only after a good look."""
        if calendar == ALWAYS:
            return _unbroken(self.timeframe, before, after)
        if calendar not in LIGHT:
            steps = self._slots(WEEKDAYS, before, after)
            if (steps <= count).all():
                return steps
        return self._slots(calendar, before, after)

    def _slots(self, calendar: str, before: Times, after: Times) -> Times:
        name = self.timeframe.name
        slots = sessions(calendar, first=int(before.min()), last=int(after.max())).slots(name)
        first, last = slot_of(before, name), slot_of(after, name)
        return np.searchsorted(slots, last, side="right") - np.searchsorted(slots, first, side="right")


def _unbroken(timeframe: Timeframe, before: Times, after: Times) -> Times:
    """Counted in steps, not on a grid: bars of another zone lie off the UTC grid."""
    if timeframe.ms is not None:
        return np.rint((after - before) / timeframe.ms).astype(np.int64)
    months = [
        (times + DAY // 2).astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        for times in (before, after)
    ]
    return months[1] - months[0]

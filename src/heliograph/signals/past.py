"""What the rows say of a slot: which published signal took it, and until when."""

from bisect import bisect_left
from dataclasses import dataclass

from heliograph.engine.bars import Times
from heliograph.engine.exits import ExitReason
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.models import Outcome, Signal

State = Outcome.State


@dataclass(frozen=True, slots=True)
class PastSignal:
    """A published signal of one slot; times are opens of bars in UTC milliseconds."""

    id: int
    time: int
    state: str
    exit_time: int | None
    exit_reason: str

    def free_from(self, times: Times, *, fill: str) -> int | None:
        """The first bar (of `times`) at whose close the slot is free again; None while it is not.

        An `exit` that leaves at the next open frees the slot at the close that decided it.
        """
        if self.state in {State.MISSED, State.UNSCORED}:
            return self.time + 1
        if self.exit_time is None:
            return None
        if fill == "next_open" and self.exit_reason == ExitReason.EXIT:
            place = int(times.searchsorted(self.exit_time))
            return int(times[place - 1]) if place else self.exit_time
        return self.exit_time

    @property
    def cools_from(self) -> int | None:
        """The bar behind which a cooldown is counted, None if this signal starts none."""
        return self.time if self.state == State.UNSCORED else self.exit_time


@dataclass(frozen=True, slots=True)
class SlotPast:
    """The published signals of one slot, oldest first, over the bars at `times`."""

    signals: tuple[PastSignal, ...]
    times: Times
    fill: str

    @classmethod
    def read(cls, *, version: int, instrument: int, side: str, times: Times, fill: str) -> "SlotPast":
        """From the rows, up to the last of `times`."""
        rows = (
            Signal.objects.filter(
                version=version,
                instrument=instrument,
                side=side,
                state=Signal.State.PUBLISHED,
                bar_time__lte=to_datetime(int(times[-1])),
            )
            .select_related("outcome")
            .order_by("bar_time")
        )
        return cls(tuple(map(_past, rows)), times, fill)

    def taken_by(self, time: int) -> PastSignal | None:
        """The signal that takes the slot at the close of the bar at `time`."""
        place = self._before(time)
        if not place:
            return None
        last = self.signals[place - 1]
        free_from = last.free_from(self.times, fill=self.fill)
        return last if free_from is None or time < free_from else None

    def last_exit(self, time: int) -> tuple[PastSignal, int] | None:
        """The signal whose exit came last before the close at `time`, and how many bars ago that was.

        An exit that is decided but leaves later counts as no bar ago.
        """
        for last in reversed(self.signals[: self._before(time)]):
            if last.cools_from is not None:
                since = self.times.searchsorted(time) - self.times.searchsorted(last.cools_from)
                return last, max(int(since), 0)
        return None

    def _before(self, time: int) -> int:
        return bisect_left(self.signals, time, key=lambda signal: signal.time)


def _past(row: Signal) -> PastSignal:
    outcome = row.outcome
    return PastSignal(
        id=row.pk,
        time=to_ms(row.bar_time),
        state=outcome.state,
        exit_time=to_ms(outcome.exit_time) if outcome.exit_time else None,
        exit_reason=outcome.exit_reason,
    )

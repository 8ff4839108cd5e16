"""What the rows say of a slot: which published signal took it, and until when."""

from collections.abc import Sequence
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

    def cools_from(self) -> int | None:
        """The bar behind which a cooldown is counted, None if this signal starts none."""
        return self.time if self.state == State.UNSCORED else self.exit_time


def published(*, version: int, instrument: int, side: str, before: int | None = None) -> list[PastSignal]:
    """The published signals of a slot, newest first; only those of bars `before` (ms) that time."""
    rows = Signal.objects.filter(
        version=version, instrument=instrument, side=side, state=Signal.State.PUBLISHED
    ).select_related("outcome")
    if before is not None:
        rows = rows.filter(bar_time__lt=to_datetime(before))
    return [_past(row) for row in rows.order_by("-bar_time")]


def taken_by(past: Sequence[PastSignal], time: int, times: Times, *, fill: str) -> PastSignal | None:
    """The signal that takes the slot at the close of the bar at `time`; `past` is newest first."""
    last = next((one for one in past if one.time < time), None)
    if last is None:
        return None
    free_from = last.free_from(times, fill=fill)
    return last if free_from is None or time < free_from else None


def cooling(
    past: Sequence[PastSignal], time: int, times: Times, *, bars: int
) -> tuple[PastSignal, int] | None:
    """The signal whose exit still cools the slot at `time`, and how many bars are left of `bars`."""
    last = next((one for one in past if one.time < time and one.cools_from() is not None), None)
    if last is None or not bars:
        return None
    since = int(times.searchsorted(time) - times.searchsorted(last.cools_from()))
    return (last, bars - max(since, 0)) if since < bars else None


def _past(row: Signal) -> PastSignal:
    outcome = row.outcome
    return PastSignal(
        id=row.pk,
        time=to_ms(row.bar_time),
        state=outcome.state,
        exit_time=to_ms(outcome.exit_time) if outcome.exit_time else None,
        exit_reason=outcome.exit_reason,
    )

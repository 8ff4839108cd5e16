"""Ended outcomes that would be others with today's candles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from heliograph.market.bars import load_series
from heliograph.market.models import Candle
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.again import Stretch, live_again
from heliograph.signals.announce_revised import tell_revised
from heliograph.signals.compiled import Compiled
from heliograph.signals.errors import CandlesDropped
from heliograph.signals.lives import Life
from heliograph.signals.models import Outcome, OutcomeRevision, RunningRevision, Signal
from heliograph.signals.rebuild import Rebuilt, rebuild
from heliograph.signals.sentences import amended
from heliograph.signals.stand import Stand

State = Outcome.State
COMPARED = (
    "state",
    "entry_time",
    "entry_price",
    "exit_time",
    "exit_price",
    "exit_reason",
    "r",
    "return_pct",
)


@dataclass(frozen=True, slots=True)
class Affected:
    """The ended signals of a row that have seen a bar from `changed` on, and those that may have closed them.

    `since` is the earliest bar that has to be looked at again: `changed`, or the bar of one of the signals.
    """

    signals: Sequence[Signal]
    candidates: Sequence[Signal]
    instrument: int
    changed: int
    since: int

    @classmethod
    def read(cls, stand: Stand, row: int, compiled: Compiled, *, changed: int) -> "Affected":
        """From the rows of a version and instrument."""
        instrument = int(stand.instruments[row])
        own = Signal.objects.filter(version=stand.version_id, instrument=instrument)
        since = to_datetime(changed)
        ended = (
            Q(outcome__state=State.SETTLED, outcome__exit_time__gte=since)
            | Q(outcome__state=State.MISSED, bar_time__gte=_bar_before(instrument, compiled, since))
            # What an earlier revision says may be another now.
            | Q(revisions__exit_time__gte=since)
            | Q(running_revision__isnull=False)
        )
        signals = list(own.filter(ended).select_related("outcome").distinct().order_by("bar_time"))
        first = min([changed, *(to_ms(signal.bar_time) for signal in signals)])
        return cls(signals, closing(own, compiled, first), instrument, changed, first)

    @classmethod
    def one(cls, signal: Signal, compiled: Compiled) -> "Affected":
        """A signal that has ended, whose candles were amended while it ran or afterwards."""
        bar = to_ms(signal.bar_time)
        amended_from = signal.outcome.amended_from
        changed = to_ms(amended_from) if amended_from else bar
        since = min(changed, bar)
        own = Signal.objects.filter(version=signal.version_id, instrument=signal.instrument_id)
        return cls([signal], closing(own, compiled, since), signal.instrument_id, changed, since)


def revise_ended(signals: Sequence[int], stand: Stand, compiled: Compiled, *, at: datetime) -> int:
    """Stores what these signals, which have just ended, would be with today's candles; returns their number.

    `stand` is that behind their end.
    """
    found: list[OutcomeRevision] = []
    for signal in Signal.objects.select_related("outcome").filter(pk__in=signals).order_by("pk"):
        affected = Affected.one(signal, compiled)
        row = stand.instruments.tolist().index(affected.instrument)
        try:
            rebuilt = rebuild(stand, row, compiled, since=affected.since)
        except CandlesDropped:
            continue
        found += revisions(affected, rebuilt, compiled, at=at)
    store_revisions(found)
    return len(found)


def store_revisions(found: Sequence[OutcomeRevision]) -> None:
    """Writes revisions, which of their signals run on, and the notices of them."""
    OutcomeRevision.objects.bulk_create(found)
    tell_revised(found)
    running = {one.signal_id for one in found if one.state in Outcome.RUNNING}
    RunningRevision.objects.filter(signal__in={one.signal_id for one in found} - running).delete()
    rows = [RunningRevision(signal_id=one) for one in sorted(running)]
    RunningRevision.objects.bulk_create(rows, ignore_conflicts=True)


def _bar_before(instrument: int, compiled: Compiled, changed: datetime) -> datetime:
    """The open of the last bar before `changed`, over gaps and nights: behind it comes the entry."""
    before = Candle.objects.filter(
        instrument=instrument, timeframe=compiled.timeframe.name, open_time__lt=changed
    )
    return before.order_by("-open_time").values_list("open_time", flat=True).first() or changed


def closing(own: QuerySet[Signal], compiled: Compiled, since: int) -> list[Signal]:
    """Of the signals of a version and instrument those that may have closed others."""
    if compiled.checked.execution.opposite == "ignore":
        return []
    closing = Q(state=Signal.State.PUBLISHED) | Q(reason="opposite")
    return list(own.filter(closing, bar_time__gte=to_datetime(since)))


def revisions(
    affected: Affected, rebuilt: Rebuilt, compiled: Compiled, *, at: datetime
) -> list[OutcomeRevision]:
    """A revision for each of the signals whose outcome, or latest revision, would now differ."""
    stretch = stretch_of(affected, rebuilt, compiled)
    found = []
    for signal in affected.signals:
        others = [one for one in affected.candidates if one.side != signal.side]
        now = _as_rows_say(live_again(signal, others, compiled.rules, stretch))
        latest = signal.revisions.order_by("-pk").first() or signal.outcome
        if any(getattr(latest, name) != now[name] for name in COMPARED):
            cause = amended(to_datetime(affected.changed))
            found.append(OutcomeRevision(signal=signal, cause=cause, found_at=at, **now))
    return found


def stretch_of(affected: Affected, rebuilt: Rebuilt, compiled: Compiled) -> Stretch:
    """What signals are lived again over."""
    finer = None
    if compiled.finer and affected.signals and len(rebuilt.bars):
        finer = load_series(
            instrument=affected.instrument,
            timeframe=compiled.finer.name,
            start=affected.since,
            end=int(rebuilt.bars.time[-1]) + compiled.length,
        )
    sides = {"long": rebuilt.inputs.long, "short": rebuilt.inputs.short}
    exits = {name: side and side.exit for name, side in sides.items()}
    return Stretch(rebuilt.bars, exits, finer, compiled.timeframe)


def _as_rows_say(life: Life) -> dict[str, object]:
    return {
        "state": life.state,
        "entry_time": _moment(life.entry_time),
        "entry_price": life.entry_price,
        "exit_time": _moment(life.exit_time),
        "exit_price": life.exit_price,
        "exit_reason": life.exit_reason,
        "r": life.r,
        "return_pct": life.return_pct,
    }


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else to_datetime(ms)

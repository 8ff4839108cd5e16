"""Whether the newest bars of a shard may be evaluated now, by its gates; if not, the row that says why."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from heliograph.engine.bars import Times
from heliograph.signals.due import Due
from heliograph.signals.fetching import Mode, fetch_first
from heliograph.signals.gates import Verdict, judge
from heliograph.signals.models import Postponement
from heliograph.signals.readings import Rows, is_good, summed
from heliograph.signals.sources import Sources
from heliograph.signals.state import ShardState

# What is looked at again sooner than this is not written down again, unless the reason is another.
NOTED_EVERY = timedelta(seconds=5)
# Shards that wait are looked at twice a minute: what is let go so long before it is late is not late.
TO_SPARE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is stored with an evaluation: the mode used, what the gates measured, and the reason in words."""

    mode: str = "database"
    gates: dict[str, dict[str, object]] = field(default_factory=dict)
    reason: str = ""


NOT_ASKED = Judged()


@dataclass(frozen=True, slots=True)
class Admitted:
    """What of a shard may be evaluated: `due` ends before the bars that a closed gate postpones."""

    due: Due
    judged: Judged = NOT_ASKED
    is_postponed: bool = False


def admit(state: ShardState, due: Due, sources: Sources, *, patient_until: int) -> Admitted:
    """Looks at the gates of a shard at a live venue, bars being fetched first where its mode says so.

    History is never postponed, nor are old bars while some newer ones lack; where even the newest is old,
    all wait. A gate is waited for as long as a missing bar is, for the strategy's patience by the venue's
    clock, but not until what waits is too late to be announced. Then the shard goes on as it is, and says so,
    until the gates have been open again. What is evaluated in the end is the same.
    """
    if not sources.place(due.stand.venue_id).is_live or not _is_new(due).any():
        return Admitted(due)
    mode = fetch_first(state.expectation, due, sources)
    due = mode.due
    verdict = _verdict(state, due, sources)
    held = sources.postponement(due.stand.progress_id)
    if verdict.is_open:
        return Admitted(due, _opened(held, mode, verdict))
    if _is_waited_out(held, due, sources, verdict):
        _note(held, due, sources, mode, verdict, given_up_at=sources.at)
        reason = f"gone on as it is: {verdict.reason}"
        return Admitted(due, Judged(mode.used, verdict.plain(), _joined(mode.reason, reason)))
    _note(held, due, sources, mode, verdict, given_up_at=None)
    judged = Judged(mode.used, verdict.plain(), _joined(mode.reason, f"newer bars wait: {verdict.reason}"))
    return Admitted(_capped(due, verdict, patient_until), judged, is_postponed=True)


def _is_new(due: Due) -> np.ndarray:
    """Which rows have bars to evaluate that are not history."""
    return due.newest > np.maximum(due.stand.watermarks, due.stand.historical_until)


def _verdict(state: ShardState, due: Due, sources: Sources) -> Verdict:
    stand = due.stand
    owed = sources.overdue(stand.venue_id, stand.instruments, due.newest, state.expectation)
    rows = Rows(stand.instruments, stand.origins, due.newest, due.amendments)
    if not is_good(state.gaps, rows, length=due.compiled.length):
        state.gaps = sources.gaps(rows, owed.awaited, state.expectation)
    gaps = state.gaps.pct if state.gaps else None
    return judge(summed(owed.bars, owed.awaited, gaps_pct=gaps), due.compiled.checked.data)


def _opened(held: Postponement | None, mode: Mode, verdict: Verdict) -> Judged:
    """The row goes; the evaluation remembers it."""
    if held is None:
        return Judged(mode.used, verdict.plain(), mode.reason)
    Postponement.objects.filter(pk=held.pk).delete()
    waited = "" if held.given_up_at else f"waited since {held.since:%Y-%m-%d %H:%M:%S} UTC: {held.reason}"
    return Judged(mode.used, verdict.plain(), _joined(mode.reason, waited))


def _is_waited_out(held: Postponement | None, due: Due, sources: Sources, verdict: Verdict) -> bool:
    checked, length = due.compiled.checked, timedelta(milliseconds=due.compiled.length)
    patience = checked.patience * length
    # Where even the newest bar is too old, all is late as it is.
    if not verdict.is_stale:
        patience = min(patience, checked.max_age * length - max(TO_SPARE, length / 2))
    if held is None:
        return patience <= timedelta(0)
    if held.given_up_at is not None:
        return True
    return sources.clock(due.stand.venue_id) - held.clock >= patience


def _note(
    held: Postponement | None,
    due: Due,
    sources: Sources,
    mode: Mode,
    verdict: Verdict,
    *,
    given_up_at: datetime | None,
) -> None:
    """Writes down that a shard waits, or no longer does; the moment of the first closing stays."""
    given_up_at = held.given_up_at if held and held.given_up_at else given_up_at
    at, reason = sources.at, _joined(mode.reason, verdict.reason)
    is_known = held and (held.reason, held.given_up_at) == (reason, given_up_at)
    if held and is_known and at - held.looked_at < NOTED_EVERY:
        return
    told = {"looked_at": at, "mode": mode.used, "gates": verdict.plain(), "reason": reason}
    told["given_up_at"] = given_up_at
    first = told | {"since": at, "clock": sources.clock(due.stand.venue_id)}
    Postponement.objects.update_or_create(
        progress_id=due.stand.progress_id, defaults=told, create_defaults=first
    )


def _capped(due: Due, verdict: Verdict, patient_until: int) -> Due:
    """Without the bars that wait."""
    least: Times = due.stand.historical_until
    if not verdict.is_stale:
        least = np.maximum(least, patient_until)
    return replace(due, newest=np.minimum(due.newest, least))


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)

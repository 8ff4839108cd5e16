"""One side of an explanation: its trees, its checks, its slot, and the sentence that sums them up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from heliograph.market.wire import to_datetime
from heliograph.signals import sentences
from heliograph.signals.checks import Candidate, checks, refuses
from heliograph.signals.clause_views import view
from heliograph.signals.explanation import (
    ClauseView,
    Ending,
    Expression,
    FilterView,
    SideView,
    SlotView,
    Verdict,
)
from heliograph.signals.measure import NEVER_KNOWN, named
from heliograph.signals.models import Signal, StrategyVersion
from heliograph.signals.past import SlotPast
from heliograph.signals.rows import SIGNS
from heliograph.signals.scene import Scene


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a side at the bar, and why."""

    ending: Ending
    sentence: str
    reason: str = ""


def side_view(scene: Scene, name: str, row: Signal | None) -> SideView:
    """One side at the scene's bar; `row` is the stored candidate of that side and bar, if there is one."""
    measured = scene.measured
    trees = named(measured.clauses.sides[name], measured.clauses.confidence)
    roots = tuple(
        Expression(key, view(clause, measured, scene.column, scene.warm_up)) for key, clause in trees
    )
    past = SlotPast.read(
        version=scene.version.pk,
        instrument=scene.instrument.pk,
        side=name,
        times=scene.bars.time[: scene.at + 1],
        fill=scene.compiled.checked.execution.fill,
    )
    slot = _slot(scene, past)
    enter = roots[0].tree
    ended = _ended(scene, name, enter, slot, row)
    asked = enter.verdict == Verdict.TRUE and slot.state != "taken"
    return SideView(
        side=name,
        ending=ended.ending,
        reason=ended.reason,
        sentence=ended.sentence,
        signal_id=row.pk if row else None,
        roots=roots,
        filters=_filters(scene, name, roots, past, reason=ended.reason, asked=asked),
        slot=slot,
    )


def _slot(scene: Scene, past: SlotPast) -> SlotView:
    """The slot at the close, as the rows tell."""
    taker, left = past.taken_by(scene.time), past.last_exit(scene.time)
    if taker:
        since = to_datetime(taker.time)
        return SlotView("taken", taker.id, since, None, sentences.slot_held(taker.id, since))
    cooldown = scene.compiled.checked.filters.cooldown
    if left and left[1] < cooldown:
        last, bars = left[0], cooldown - left[1]
        since = to_datetime(last.cools_from or 0)
        return SlotView("cooldown", last.id, since, bars, sentences.slot_cools(last.id, bars))
    return SlotView("free", None, None, None, sentences.FREE)


def _ended(scene: Scene, name: str, enter: ClauseView, slot: SlotView, row: Signal | None) -> Ended:
    if row is not None and row.state == Signal.State.PUBLISHED:
        return Ended(Ending.PUBLISHED, sentences.PUBLISHED)
    if row is not None:
        return Ended(Ending.REJECTED, sentences.rejected(row.detail), row.reason)
    if enter.verdict != Verdict.TRUE:
        sentence = sentences.not_fired(enter.verdict or Verdict.UNKNOWN, _deciding(enter))
        return Ended(Ending.NO_CANDIDATE, sentence)
    ready = scene.measured.ready[name]
    if ready == NEVER_KNOWN or ready > scene.at:
        return Ended(Ending.WARMING_UP, sentences.WARMING_UP)
    if slot.state == "taken":
        return Ended(Ending.SLOT_TAKEN, sentences.slot_is_taken(slot.signal_id, slot.since))
    if not scene.place.has_passed(scene.time):
        return Ended(Ending.NOT_EVALUATED, f"{sentences.WOULD_FIRE} {sentences.NOT_YET}")
    if scene.version.stage == StrategyVersion.Stage.RETIRED:
        return Ended(Ending.RETIRED, sentences.RETIRED)
    return Ended(Ending.NOT_EVALUATED, f"{sentences.WOULD_FIRE} {sentences.PASSED_OVER}")


def _deciding(view: ClauseView) -> int:
    """How many clauses decide, those inside others counted and not their shells."""
    inside = sum(_deciding(part) for part in view.parts)
    return inside or int(view.decides)


def _filters(
    scene: Scene,
    name: str,
    roots: Sequence[Expression],
    past: SlotPast,
    *,
    reason: str,
    asked: bool,
) -> tuple[FilterView, ...]:
    checked, left = scene.compiled.checked, past.last_exit(scene.time)
    values = {root.key: root.tree.value for root in roots}
    candidate = Candidate(
        sign=SIGNS[name],
        close=float(scene.bars.close[0, scene.at]),
        stop=values.get("stop"),
        targets=tuple(value for key, value in values.items() if key.startswith("target ")),
        confidence=values.get("confidence"),
    )
    views = checks(
        candidate,
        checked.sides[name],
        checked.filters,
        has_confidence=checked.confidence is not None,
        since_exit=left[1] if left else None,
    )
    if not asked:
        return tuple(replace(view, passed=None) for view in views)
    return tuple(replace(view, decides=refuses(view, reason)) for view in views)

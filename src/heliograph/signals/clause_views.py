"""Clauses with their values at a bar: verdicts, the numbers beside them, and which of them decide."""

from collections.abc import Callable
from dataclasses import replace

from heliograph.engine.language import Clause
from heliograph.signals.explanation import ClauseView, Verdict, WarmUp
from heliograph.signals.lives import known
from heliograph.signals.measure import Measured
from heliograph.signals.sentences import compared, moved, short

WarmUpOf = Callable[[int], WarmUp | None]


def view(clause: Clause, measured: Measured, column: int, warm_up_of: WarmUpOf) -> ClauseView:
    """The tree of a clause at one of the measured columns, with its deciding parts marked."""
    return _decided(_view(clause, measured, column, warm_up_of, crossing=False))


def verdict_of(value: float | None) -> Verdict:
    """The truth of a condition's value."""
    if value is None:
        return Verdict.UNKNOWN
    return Verdict.TRUE if value else Verdict.FALSE


def _view(
    clause: Clause, measured: Measured, column: int, warm_up_of: WarmUpOf, *, crossing: bool
) -> ClauseView:
    number = clause.node.id
    value = known(float(measured.values[number][column]))
    parts = tuple(
        _view(child, measured, column, warm_up_of, crossing=clause.kind == "crossing")
        for child in clause.children
    )
    previous = known(float(measured.before[number][column])) if crossing else None
    return ClauseView(
        kind=clause.kind,
        text=clause.text,
        name=clause.name,
        column=clause.column,
        value=value,
        previous=previous,
        verdict=verdict_of(value) if clause.truth else None,
        decides=False,
        says=_says(clause, value, previous, parts, crossing=crossing),
        warm_up=warm_up_of(number) if value is None else None,
        parts=parts,
    )


def _says(
    clause: Clause,
    value: float | None,
    previous: float | None,
    parts: tuple[ClauseView, ...],
    *,
    crossing: bool,
) -> str:
    if crossing:
        return moved(previous, value)
    if clause.kind == "compare":
        left, right = parts
        return compared(left.value, clause.name, right.value, constant=clause.children[1].node.is_constant)
    return "" if clause.truth or clause.kind == "number" else short(value)


def _decided(view: ClauseView) -> ClauseView:
    """Marks what makes the root what it is; a root that is true by all its parts needs no mark."""
    if view.verdict is None:
        return view
    if view.verdict == Verdict.TRUE and view.kind == "and":
        return replace(view, parts=tuple(_decided(part) for part in view.parts))
    if view.verdict == Verdict.TRUE and view.kind != "or":
        return view
    return _marked(view)


def _marked(view: ClauseView) -> ClauseView:
    """The clause with its deciding parts: of `and` and `or` those of its own verdict."""
    if view.kind in {"and", "or"}:
        parts = tuple(_marked(part) if part.verdict == view.verdict else part for part in view.parts)
    elif view.kind == "not":
        parts = tuple(_marked(part) for part in view.parts)
    else:
        parts = view.parts
    return replace(view, decides=True, parts=parts)

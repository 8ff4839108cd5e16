"""An explanation as the tree that people see: clause, values, verdict."""

from dataclasses import dataclass

from heliograph.signals.explanation import (
    ClauseView,
    Ending,
    Expression,
    FilterView,
    SideView,
    Verdict,
    WarmUp,
)
from heliograph.signals.sentences import short

JOINS = {"and": "all of", "or": "any of"}


def glyph_of(verdict: str) -> str:
    """A filter that passed looks like a clause that is true, one that refused like a false one."""
    return {"passed": "true", "refused": "false"}.get(verdict, verdict)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One line. `verdict` is a truth, passed, refused or empty; `open` shows its parts at once."""

    text: str
    values: str
    verdict: str
    decides: bool
    note: str
    parts: tuple["Leaf", ...]
    open: bool

    @property
    def glyph(self) -> str:
        """The shape of the verdict."""
        return glyph_of(self.verdict)


@dataclass(frozen=True, slots=True)
class Root:
    """One key of a side with the clauses that it joins; `number` roots are levels, not conditions."""

    key: str
    join: str
    values: str
    verdict: str
    decides: bool
    clauses: tuple[Leaf, ...]
    number: bool

    @property
    def glyph(self) -> str:
        """The shape of the verdict."""
        return glyph_of(self.verdict)


@dataclass(frozen=True, slots=True)
class Why:
    """One side: a sentence, the conditions, then the levels."""

    side: str
    sentence: str
    fired: bool
    conditions: tuple[Root, ...]
    levels: tuple[Root, ...]
    slot: str


def why(view: SideView) -> Why:
    """The tree of one side."""
    roots = [_root(expression) for expression in view.roots]
    filters = [_filters(view.filters)] if view.filters else []
    return Why(
        side=view.side,
        sentence=view.sentence,
        fired=view.ending == Ending.PUBLISHED,
        conditions=(*(root for root in roots if not root.number), *filters),
        levels=tuple(root for root in roots if root.number),
        slot=view.slot.says,
    )


def _root(expression: Expression) -> Root:
    tree = expression.tree
    joined = tree.kind in JOINS
    number = tree.verdict is None
    return Root(
        key=expression.key,
        join=JOINS.get(tree.kind, ""),
        values=_values(tree) if number else "",
        verdict=tree.verdict or "",
        decides=False,
        clauses=tuple(_leaf(part) for part in (tree.parts if joined else (tree,))),
        number=number,
    )


def _leaf(view: ClauseView) -> Leaf:
    # The bar stands beside the tree: its prices are not said again below each function.
    unsaid = ("number", "input") if view.kind in ("call", "on", "ago") else ("number",)
    parts = tuple(_leaf(part) for part in view.parts if part.kind not in unsaid)
    return Leaf(
        text=view.text,
        values=_values(view),
        verdict=view.verdict or "",
        decides=view.decides,
        note=_warm_up(view.warm_up),
        parts=parts,
        open=view.kind in ("crossing", "and", "or", "not") or view.decides or view.verdict == Verdict.UNKNOWN,
    )


def _values(view: ClauseView) -> str:
    if view.says:
        return view.says
    if view.verdict is not None:
        return ""
    if view.previous is not None:
        return f"{short(view.previous)} → {short(view.value)}"
    return short(view.value)


def _warm_up(warm_up: WarmUp | None) -> str:
    if warm_up is None:
        return ""
    text = f"Warm-up: {warm_up.needed:,} bars are needed, {warm_up.existing:,} existed"
    if warm_up.known_from is None:
        return f"{text}; it has not been known yet."
    return f"{text}; known from {warm_up.known_from:%-d %b %Y %H:%M} UTC on."


def _filters(filters: tuple[FilterView, ...]) -> Root:
    leaves = tuple(
        Leaf(view.name, view.says, _passed(view), view.decides, "", (), open=False) for view in filters
    )
    refused = any(view.passed is False for view in filters)
    asked = any(view.passed is not None for view in filters)
    verdict = "refused" if refused else "passed" if asked else ""
    return Root("filters", "all of", "" if asked else "not asked", verdict, False, leaves, number=False)


def _passed(view: FilterView) -> str:
    return "" if view.passed is None else "passed" if view.passed else "refused"

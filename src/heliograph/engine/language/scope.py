"""Where an expression stands: what its names mean, and on which bars it is computed."""

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from heliograph.engine.graph import Graph, Node
from heliograph.engine.language.clauses import Clause, Kind
from heliograph.engine.language.errors import BadExpression
from heliograph.engine.language.source import Source

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Scope:
    """One source being read into one graph, on the bars of `domain` (the base bars where it is empty)."""

    source: Source
    graph: Graph
    params: Mapping[str, float]
    timeframe: str | None
    domain: tuple[str, ...] = ()

    @property
    def base(self) -> str | None:
        """The timeframe of the bars here, None where it is not known."""
        return self.domain[-1] if self.domain else self.timeframe

    def inside(self, timeframe: str) -> "Scope":
        """The scope of an expression inside `on(timeframe, ...)`."""
        return replace(self, domain=(*self.domain, timeframe))

    def constant(self, value: float) -> Node:
        """A constant here."""
        return self.graph.constant(value, self.domain)

    def apply(self, op: str, *args: Node) -> Node:
        """An operator here."""
        return self.graph.apply(op, args, domain=self.domain)

    def made(
        self,
        kind: Kind,
        tree: ast.expr,
        name: str,
        node: Node,
        *,
        truth: bool = False,
        parts: tuple[Clause, ...] = (),
    ) -> Clause:
        """The clause of `tree`."""
        text, column = self.source.piece(tree), self.source.column(tree)
        return Clause(kind=kind, text=text, column=column, name=name, node=node, truth=truth, children=parts)

    def wrong(self, place: Clause, message: str) -> BadExpression:
        """The error that points at the first character of a clause."""
        return BadExpression(self.source.text, place.column, message)


def as_number(clause: Clause, scope: Scope) -> Clause:
    """The clause, which must be a number and not a condition."""
    if clause.truth:
        words = short(clause)
        raise scope.wrong(
            clause, f"`{words}` is a condition, not a number; `if_else({words}, 1, 0)` makes one of it"
        )
    return clause


def as_condition(clause: Clause, scope: Scope) -> Clause:
    """The clause, which must be a condition and not a number."""
    if not clause.truth:
        words = short(clause)
        raise scope.wrong(
            clause, f"`{words}` is a number, not a condition; compare it, for example `{words} > 0`"
        )
    return clause


def constant_value(clause: Clause) -> float | None:
    """The finite value of a constant number, None if the clause is not one."""
    if clause.truth or not clause.node.is_constant or not math.isfinite(clause.node.value):
        return None
    return clause.node.value


def short(clause: Clause) -> str:
    """The words of a clause, cut where they are too many for a sentence."""
    return clause.text if len(clause.text) <= MOST_SHOWN else f"{clause.text[:MOST_SHOWN]}…"

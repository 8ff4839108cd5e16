"""Checks the expressions of a strategy, and what can be told of its levels before any bar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from heliograph.engine.graph import Graph, Node
from heliograph.engine.language import (
    MOST_STATE,
    BadExpression,
    Clause,
    condition,
    floats_of_state,
    number,
)
from heliograph.engine.strategy.fields import Fields
from heliograph.engine.strategy.levels import position
from heliograph.engine.strategy.model import Side
from heliograph.engine.strategy.places import Path

ORDINALS = ("first", "second", "third")
BEYOND = {"long": "above", "short": "below"}


@dataclass(frozen=True)
class Expressions:
    """Reads expressions of one strategy into one graph and reports what is wrong with them."""

    fields: Fields
    values: Mapping[str, float]
    timeframe: str | None
    graph: Graph
    roots: list[Node]

    def side(self, name: str, side: Side) -> None:
        """Checks every expression of a side."""
        self._read(condition, side.enter, (name, "enter"))
        self._read(condition, side.exit, (name, "exit"))
        away, towards = BEYOND[name], "below" if name == "long" else "above"
        self._level(side.stop, (name, "stop"), wanted=towards, what=f"the stop of a {name}")
        for at, target in enumerate(side.targets):
            what = f"the {ORDINALS[at]} target of a {name}"
            self._level(target, (name, "targets", at), wanted=away, what=what)

    def confidence(self, text: str | None) -> None:
        """Checks the expression of the confidence."""
        self._read(number, text, ("score", "confidence"))

    def check_state(self) -> None:
        """Reports a strategy that would remember too much for each instrument."""
        size = floats_of_state(self.roots)
        if size > MOST_STATE:
            message = (
                f"the strategy remembers {size:,} numbers, more than {MOST_STATE:,}; shorten its periods"
            )
            self.fields.wrong(message, ("name",))

    def _level(self, text: str | None, path: Path, *, wanted: str, what: str) -> None:
        level = self._read(number, text, path)
        if level is None:
            return
        where = position(level)
        if where not in {None, wanted}:
            relation = "at the close" if where == "at" else f"{where} the close"
            self.fields.wrong(f"{what} must lie {wanted} the close, and this lies {relation}", path)

    def _read(self, read: Callable[..., Clause], text: str | None, path: Path) -> Clause | None:
        if text is None:
            return None
        try:
            clause = read(text, graph=self.graph, params=self.values, timeframe=self.timeframe)
        except BadExpression as error:
            self.fields.findings.add(self.fields.document.expression_finding(error, path))
            return None
        self.roots.append(clause.node)
        return clause

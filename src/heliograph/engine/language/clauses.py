"""The tree of an expression's parts, each with its own words, for explaining a value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from heliograph.engine.graph import Graph, Node

Kind: TypeAlias = Literal[
    "number", "input", "arithmetic", "compare", "crossing", "and", "or", "not", "call", "ago", "on"
]


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of an expression.

    `text` is its own piece of the source, `column` where it begins, counted from 1. `name` says which it is:
    the sign of an operator, or the name of a function, input or parameter. `children` are the parts whose
    values it is made of, in reading order (periods and other constants of a call are in its text). `truth`
    tells a condition from a number.
    """

    kind: Kind
    text: str
    column: int
    name: str
    node: Node
    truth: bool
    children: tuple["Clause", ...] = ()

    def walk(self) -> Iterator["Clause"]:
        """This clause and all below it, each before its children."""
        yield self
        for child in self.children:
            yield from child.walk()

    def shown(self, graph: Graph) -> Node:
        """The clause's value as the base bars see it, also for a part inside `on(...)`."""
        return on_base_bars(self.node, graph)

    def before(self, graph: Graph) -> Node:
        """Its value one bar earlier, inside `on(...)` one higher bar, as the base bars see it."""
        return on_base_bars(delayed(self.node, 1, graph), graph)


def delayed(node: Node, bars: int, graph: Graph) -> Node:
    """The value of `node` some bars ago."""
    # Bars ago are bars that exist, which the close tells.
    return graph.apply("delay", (node, graph.input("close", node.domain)), (bars,), node.domain)


def on_base_bars(node: Node, graph: Graph) -> Node:
    """`node` held through every higher timeframe that it is inside of."""
    while node.domain:
        node = graph.hold(node.domain[-1], node, node.domain[:-1])
    return node

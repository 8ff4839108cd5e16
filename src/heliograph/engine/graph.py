"""The interned graph that expressions become."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from heliograph.engine.bars import INPUTS
from heliograph.engine.fold import FOLDS
from heliograph.engine.primitives import PRIMITIVES

Domain: TypeAlias = tuple[str, ...]
Params: TypeAlias = tuple[int | float, ...]

BASE: Domain = ()


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One value per bar. Interned by its graph: equal nodes of a graph are the same object.

    `domain` names the bars it lives on: `()` the base bars, `('1h',)` inside `on('1h', ...)`, and
    `('4h', '1d')` inside an `on('1d', ...)` within an `on('4h', ...)`.
    """

    id: int
    op: str
    args: tuple["Node", ...]
    params: Params
    domain: Domain

    @property
    def is_constant(self) -> bool:
        """True if it is one number, known before any bar."""
        return self.op == "constant"

    @property
    def value(self) -> float:
        """The number of a constant."""
        return float(self.params[0])

    def __repr__(self) -> str:
        return f"Node({self.id}, {self.op}, {self.params}, {self.domain})"


Key: TypeAlias = tuple[str, tuple[int, ...], tuple[str, ...], Domain]


@dataclass(slots=True)
class Graph:
    """Makes nodes, each once."""

    nodes: list[Node] = field(default_factory=list)
    _known: dict[Key, Node] = field(default_factory=dict)

    def input(self, name: str, domain: Domain = BASE) -> Node:
        """A field of the bar: open, high, low, close, volume, or time (ms of its open)."""
        if name not in (*INPUTS, "time"):
            raise ValueError(f"bars have no {name}")
        return self._node(name, (), (), domain)

    def constant(self, value: float, domain: Domain = BASE) -> Node:
        """The same number at every bar that exists; truth values are 1.0 and 0.0."""
        return self._node("constant", (), (float(value),), domain)

    def apply(self, op: str, args: Sequence[Node], params: Params = (), domain: Domain = BASE) -> Node:
        """The primitive `op` over `args`, which live in the same domain; folded if all are constants."""
        primitive = PRIMITIVES[op]
        if len(args) != primitive.inputs or any(arg.domain != domain for arg in args):
            raise ValueError(f"{op} takes {primitive.inputs} nodes of domain {domain}, not {list(args)}")
        if op == "delay" and params == (0,):
            return args[0]
        if op in FOLDS and all(arg.is_constant for arg in args):
            return self.constant(FOLDS[op](*(arg.value for arg in args)), domain)
        return self._node(op, tuple(args), params, domain)

    def hold(self, timeframe: str, inner: Node, domain: Domain = BASE) -> Node:
        """`inner`, of the completed bars of `timeframe`, shown on the bars of `domain`."""
        if inner.domain != (*domain, timeframe):
            raise ValueError(f"{inner} is not of domain {(*domain, timeframe)}")
        return self._node("hold", (inner,), (), domain)

    def _node(self, op: str, args: tuple[Node, ...], params: Params, domain: Domain) -> Node:
        # repr keeps apart what compares equal: 1 and 1.0, 0.0 and -0.0; and it makes NaN equal to itself.
        key = (op, tuple(arg.id for arg in args), tuple(map(repr, params)), domain)
        node = self._known.get(key)
        if node is None:
            node = Node(len(self.nodes), op, args, params, domain)
            self._known[key] = node
            self.nodes.append(node)
        return node


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes nodes of one domain."""

    graph: Graph
    domain: Domain = BASE

    def input(self, name: str) -> Node:
        """A field of the bar."""
        return self.graph.input(name, self.domain)

    def constant(self, value: float) -> Node:
        """The same number at every bar."""
        return self.graph.constant(value, self.domain)

    def apply(self, op: str, *args: Node, params: Params = ()) -> Node:
        """A primitive over nodes of this domain."""
        return self.graph.apply(op, args, params, self.domain)


def reachable(roots: Sequence[Node]) -> list[Node]:
    """The roots and all that they are made of, each once, arguments before what uses them."""
    seen: set[int] = set()
    order: list[Node] = []
    stack = [(root, False) for root in reversed(roots)]
    while stack:
        node, is_done = stack.pop()
        if is_done:
            order.append(node)
        elif node.id not in seen:
            seen.add(node.id)
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))
    return order

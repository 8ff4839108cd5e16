"""The front door of the language: text in, a node of the graph or a tree of clauses out."""

from collections.abc import Mapping, Sequence

from heliograph.engine.graph import Graph, Node, reachable
from heliograph.engine.language.clauses import Clause
from heliograph.engine.language.reader import read
from heliograph.engine.language.scope import Scope, as_condition, as_number
from heliograph.engine.language.source import Source
from heliograph.engine.primitives import state_floats

NO_PARAMS: Mapping[str, float] = {}
MOST_STATE = 250_000


def clauses(
    text: str,
    *,
    graph: Graph,
    params: Mapping[str, float] = NO_PARAMS,
    timeframe: str | None = None,
    domain: tuple[str, ...] = (),
) -> Clause:
    """The tree of an expression's parts, its nodes added to `graph`.

    `params` gives the values of the names that are not the language's own; `timeframe` is that of the base
    bars, by which `on(...)` is checked (None: not checked). BadExpression points at the first mistake.
    """
    return _read(Scope(Source(text), graph, params, timeframe, domain))


def parse(
    text: str,
    *,
    graph: Graph,
    params: Mapping[str, float] = NO_PARAMS,
    timeframe: str | None = None,
    domain: tuple[str, ...] = (),
) -> Node:
    """The node of an expression, be it a number or a condition; see `clauses`."""
    return clauses(text, graph=graph, params=params, timeframe=timeframe, domain=domain).node


def condition(text: str, *, graph: Graph, params: Mapping[str, float], timeframe: str | None) -> Clause:
    """The clauses of an expression that must be a condition, such as `enter`."""
    scope = Scope(Source(text), graph, params, timeframe)
    return as_condition(_read(scope), scope)


def number(text: str, *, graph: Graph, params: Mapping[str, float], timeframe: str | None) -> Clause:
    """The clauses of an expression that must be a number, such as `stop`."""
    scope = Scope(Source(text), graph, params, timeframe)
    return as_number(_read(scope), scope)


def floats_of_state(roots: Sequence[Node]) -> int:
    """How many numbers per instrument the nodes below `roots` remember from bar to bar."""
    return sum(state_floats(node.op, node.params) for node in reachable(roots))


def _read(scope: Scope) -> Clause:
    clause = read(scope.source.tree, scope)
    size = floats_of_state([clause.node])
    if size > MOST_STATE:
        raise scope.wrong(
            clause,
            f"the expression remembers {size:,} numbers, more than {MOST_STATE:,}; shorten its periods",
        )
    return clause

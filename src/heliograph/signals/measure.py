"""The value of every part of a strategy's expressions at some bars of one instrument."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Bars, Floats
from heliograph.engine.graph import Graph, Node
from heliograph.engine.language import Clause
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy_plan import StrategyClauses

NEVER_KNOWN = -1


@dataclass(frozen=True, slots=True)
class Measured:
    """What the parts are worth.

    `values` and `before` hold float64[C] for the wanted columns by the node of a clause, NaN where unknown;
    `before` is one bar earlier. `first` is the column at which the value was first known, `needed` the bars
    that it needs; `ready` the column from which a side may fire. NEVER_KNOWN where that is not reached.
    """

    clauses: StrategyClauses
    values: dict[int, Floats]
    before: dict[int, Floats]
    first: dict[int, int]
    needed: dict[int, int]
    ready: dict[str, int]


def measure(strategy: Strategy, bars: Bars, columns: Sequence[int]) -> Measured:
    """Evaluates all parts over the bars of one instrument, from the first on, and reads them at `columns`."""
    graph = Graph()
    clauses = StrategyClauses.read(strategy, graph)
    parts = {clause.node.id: clause for root in roots(clauses) for clause in root.walk()}
    shown = {number: clause.shown(graph) for number, clause in parts.items()}
    before = {number: clause.before(graph) for number, clause in parts.items()}
    outputs = list({node.id: node for node in (*shown.values(), *before.values())}.values())
    sides = {name: side.roots for name, side in clauses.sides.items()}
    plan = Plan.compile(outputs, graph, sides=sides, timeframe=strategy.timeframe)
    read = _read(plan, bars, np.asarray(columns, dtype=np.int64))
    place = {node.id: k for k, node in enumerate(outputs)}

    def picked(nodes: dict[int, Node], column: Sequence) -> dict:
        return {number: column[place[node.id]] for number, node in nodes.items()}

    return Measured(
        clauses=clauses,
        values=picked(shown, read.values),
        before=picked(before, read.values),
        first=picked(shown, read.first),
        needed=picked(shown, [warmup + 1 for warmup in plan.warmup]),
        ready=read.ready,
    )


def roots(clauses: StrategyClauses) -> Iterator[Clause]:
    """The trees of all expressions."""
    for side in clauses.sides.values():
        yield from (clause for _, clause in named(side, None))
    if clauses.confidence is not None:
        yield clauses.confidence


def named(side, confidence: Clause | None) -> list[tuple[str, Clause]]:
    """The expressions of a side by their keys, in the order in which they are shown."""
    targets = [(f"target {number}", target) for number, target in enumerate(side.targets, 1)]
    keyed = [
        ("enter", side.enter),
        ("exit", side.exit),
        ("stop", side.stop),
        *targets,
        ("confidence", confidence),
    ]
    return [(key, clause) for key, clause in keyed if clause is not None]


@dataclass(slots=True)
class _Read:
    values: list[Floats]
    first: list[int]
    ready: dict[str, int]


def _read(plan: Plan, bars: Bars, columns: np.ndarray) -> _Read:
    runner = Runner(plan, instruments=1)
    count = len(plan.outputs)
    read = _Read(
        [np.full(len(columns), np.nan) for _ in range(count)],
        [NEVER_KNOWN] * count,
        dict.fromkeys(plan.sides, NEVER_KNOWN),
    )
    start = 0
    for part, outputs in runner.run(bars):
        inside = np.flatnonzero((columns >= start) & (columns < start + len(part)))
        for k, output in enumerate(outputs):
            read.values[k][inside] = output[0, columns[inside] - start]
            if read.first[k] == NEVER_KNOWN:
                known = np.flatnonzero(~np.isnan(output[0]))
                read.first[k] = start + int(known[0]) if len(known) else NEVER_KNOWN
        for side, at in read.ready.items():
            ready = int(runner.ready(side)[0])
            if at == NEVER_KNOWN and ready < len(part):
                read.ready[side] = start + ready
        start += len(part)
    return read

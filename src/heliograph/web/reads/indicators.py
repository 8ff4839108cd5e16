"""The lines of a strategy's indicators over the bars of a chart."""

from collections.abc import Sequence

import numpy as np

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.graph import Graph
from heliograph.engine.language import Clause, clauses
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner
from heliograph.engine.strategy import Strategy
from heliograph.web.chart import Line, seconds
from heliograph.web.reads.candles import Bar

MOST_LINES = 3
# The farthest that an average settles within; what settles later is drawn with what these bars give.
MOST_BEFORE = 3_000
DASHES = ("solid", "dashed", "dashed")
# An indicator belongs onto the prices if it lies within so much of their range.
ROOM = 0.5


def indicator_lines(
    strategy: Strategy, side: str, bars: Sequence[Bar], *, shown: int, focus: int
) -> list[Line]:
    """Up to three indicators of `enter` that lie among the prices at the bar of `focus` (seconds).

    Drawn over the last `shown` of the bars.
    """
    graph = Graph()
    rules = strategy.long if side == "long" else strategy.short
    if rules is None or not bars:
        return []
    tree = clauses(rules.enter, graph=graph, params=strategy.values, timeframe=strategy.timeframe)
    found = _indicators(tree)
    if not found:
        return []
    plan = Plan.compile([clause.shown(graph) for clause in found], graph, timeframe=strategy.timeframe)
    outputs = [row[0].copy() for row in Runner(plan, instruments=1).advance(_block(bars))]
    lines = [
        _line(clause, values[-shown:], bars[-shown:]) for clause, values in zip(found, outputs, strict=True)
    ]
    among = [line for line in lines if _is_among(line, bars[-shown:], focus)][:MOST_LINES]
    return _dashed(among)


def _indicators(tree: Clause) -> list[Clause]:
    """The outermost numbers that are made by a function, each once."""
    found: dict[int, Clause] = {}

    def look(clause: Clause) -> None:
        if not clause.truth and clause.kind in ("call", "on"):
            found.setdefault(clause.node.id, clause)
            return
        for child in clause.children:
            look(child)

    look(tree)
    return list(found.values())


def _block(bars: Sequence[Bar]) -> Bars:
    columns = {name: np.array([getattr(bar, name) for bar in bars]) for name in INPUTS}
    times = np.array([seconds(bar.open_time) * 1000 for bar in bars], dtype=np.int64)
    return Bars.single(times, **columns)


def _line(clause: Clause, values: np.ndarray, bars: Sequence[Bar]) -> Line:
    points = [
        (seconds(bar.open_time), float(value))
        for bar, value in zip(bars, values, strict=True)
        if np.isfinite(value)
    ]
    return Line(clause.text, "dotted" if clause.kind == "on" else "solid", points)


def _is_among(line: Line, bars: Sequence[Bar], focus: int) -> bool:
    value = line.at(focus)
    if value is None:
        return False
    low, high = min(bar.low for bar in bars), max(bar.high for bar in bars)
    room = (high - low) * ROOM
    return low - room <= value <= high + room


def _dashed(lines: list[Line]) -> list[Line]:
    dashes = iter(DASHES)
    return [line if line.dash == "dotted" else Line(line.name, next(dashes), line.points) for line in lines]

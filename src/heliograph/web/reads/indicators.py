"""The lines of a strategy's indicators over the bars of a chart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import INPUTS, Bars, Floats
from heliograph.engine.graph import Graph
from heliograph.engine.language import Clause, clauses
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner
from heliograph.engine.strategy import Strategy
from heliograph.web.chart import Guide, Line, seconds
from heliograph.web.numbers import decimals_of_size
from heliograph.web.plotted import plotted
from heliograph.web.reads.candles import Bar

# The farthest that an average settles within; what settles later is drawn with what these bars give.
MOST_BEFORE = 3_000
DASHES = ("solid", "dashed", "long")
# Values of a higher timeframe stand still until its bar is complete.
HIGHER = ("dotted", "sparse", "sparse")


@dataclass(frozen=True, slots=True)
class Indicators:
    """`guides` are the constants that the lines of a pane are compared with."""

    lines: tuple[Line, ...] = ()
    guides: tuple[Guide, ...] = ()


def indicators(strategy: Strategy, side: str, bars: Sequence[Bar], *, shown: int) -> Indicators:
    """What `enter` and `exit` of a side compare, over the last `shown` of the bars."""
    rules = strategy.long if side == "long" else strategy.short
    if rules is None or not bars:
        return Indicators()
    graph = Graph()
    written = [text for text in (rules.enter, rules.exit) if text]
    found = plotted(
        clauses(text, graph=graph, params=strategy.values, timeframe=strategy.timeframe) for text in written
    )
    panes = (found.prices, *(pane.lines for pane in found.panes))
    drawn = [(clause, place) for place, pane in enumerate(panes) for clause in pane]
    if not drawn:
        return Indicators()
    plan = Plan.compile([clause.shown(graph) for clause, _ in drawn], graph, timeframe=strategy.timeframe)
    values = [row[0][-shown:].copy() for row in Runner(plan, instruments=1).advance(block_of(bars))]
    guides = [Guide(place, value) for place, pane in enumerate(found.panes, 1) for value in pane.guides]
    return Indicators(tuple(_lines(drawn, values, bars[-shown:])), tuple(guides))


def block_of(bars: Sequence[Bar]) -> Bars:
    """The bars of one instrument as the engine takes them."""
    columns = {name: np.array([getattr(bar, name) for bar in bars]) for name in INPUTS}
    times = np.array([seconds(bar.open_time) * 1000 for bar in bars], dtype=np.int64)
    return Bars.single(times, **columns)


def _lines(
    drawn: Sequence[tuple[Clause, int]], values: Sequence[Floats], bars: Sequence[Bar]
) -> Iterable[Line]:
    times = [seconds(bar.open_time) for bar in bars]
    taken: dict[tuple[int, bool], int] = {}
    for (clause, pane), column in zip(drawn, values, strict=True):
        key = pane, clause.kind == "on" or bool(clause.node.domain)
        place = taken[key] = taken.get(key, -1) + 1
        known = [
            (moment, float(value)) for moment, value in zip(times, column, strict=True) if np.isfinite(value)
        ]
        yield Line(
            name=_name(clause),
            dash=(HIGHER if key[1] else DASHES)[place],
            points=known,
            pane=pane,
            decimals=decimals_of_size(value for _, value in known) if pane else None,
        )


def _name(clause: Clause) -> str:
    return " ".join((*clause.node.domain, clause.text))

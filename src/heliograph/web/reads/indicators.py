"""The lines of a strategy's indicators over the bars of a chart."""

from collections.abc import Sequence
from dataclasses import dataclass

from heliograph.engine.graph import Graph
from heliograph.engine.language import clauses
from heliograph.engine.strategy import Strategy
from heliograph.web.chart import Guide, Line
from heliograph.web.plotted import plotted
from heliograph.web.reads.candles import Bar
from heliograph.web.reads.lines import Lines, values_of


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
    values = values_of(
        [clause for clause, _ in drawn], graph, bars, shown=shown, timeframe=strategy.timeframe
    )
    lines = Lines(bars[-shown:])
    for (clause, pane), column in zip(drawn, values, strict=True):
        lines.add(clause, column, pane=pane)
    guides = [Guide(place, value) for place, pane in enumerate(found.panes, 1) for value in pane.guides]
    return Indicators(tuple(lines.made), tuple(guides))

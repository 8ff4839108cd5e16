"""The values of clauses over the bars of a chart, as its lines."""

from collections.abc import Sequence

import numpy as np

from heliograph.engine.bars import INPUTS, Bars, Floats
from heliograph.engine.graph import Graph
from heliograph.engine.language import Clause
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner
from heliograph.web.chart import Line, seconds
from heliograph.web.numbers import decimals_of_size
from heliograph.web.reads.candles import Bar

# The farthest that an average settles within; what settles later is drawn with what these bars give.
MOST_BEFORE = 3_000
DASHES = ("solid", "dashed", "long")
# Values of a higher timeframe stand still until its bar is complete, and a condition until it changes.
STEPS = ("dotted", "sparse", "sparse")


def values_of(
    clauses: Sequence[Clause], graph: Graph, bars: Sequence[Bar], *, shown: int, timeframe: str
) -> list[Floats]:
    """The values over the last `shown` of the bars; those before it let averages settle."""
    plan = Plan.compile([clause.shown(graph) for clause in clauses], graph, timeframe=timeframe)
    return [row[0][-shown:].copy() for row in Runner(plan, instruments=1).advance(_block_of(bars))]


class Lines:
    """Lines over the same bars, in `made`; those of a pane differ by their dashes. Unknown is left out."""

    def __init__(self, bars: Sequence[Bar]) -> None:
        self.made: list[Line] = []
        self._times = [seconds(bar.open_time) for bar in bars]

    def add(self, clause: Clause, values: Floats, *, pane: int) -> None:
        """One more; it has the decimals of prices if it is among them."""
        points = zip(self._times, values, strict=True)
        known = [(moment, float(value)) for moment, value in points if np.isfinite(value)]
        decimals = 0 if clause.truth else decimals_of_size(value for _, value in known) if pane else None
        name = " ".join((*clause.node.domain, clause.text))
        self.made.append(Line(name, self._dash(clause, pane), known, pane=pane, decimals=decimals))

    def _dash(self, clause: Clause, pane: int) -> str:
        is_step = clause.kind == "on" or bool(clause.node.domain) or clause.truth
        taken = sum(line.pane == pane and (line.dash in STEPS) == is_step for line in self.made)
        dashes = STEPS if is_step else DASHES
        return dashes[min(taken, len(dashes) - 1)]


def _block_of(bars: Sequence[Bar]) -> Bars:
    """The bars of one instrument as the engine takes them."""
    columns = {name: np.array([getattr(bar, name) for bar in bars]) for name in INPUTS}
    times = np.array([seconds(bar.open_time) * 1000 for bar in bars], dtype=np.int64)
    return Bars.single(times, **columns)

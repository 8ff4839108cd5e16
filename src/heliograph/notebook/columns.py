"""Several expressions over the bars of one instrument."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Bars, Floats
from heliograph.engine.graph import Graph
from heliograph.engine.language import clauses
from heliograph.engine.plan import Plan
from heliograph.engine.runner import Runner


@dataclass(frozen=True, slots=True)
class Column:
    """An expression's value at each bar: float64[B], NaN where unknown; 1.0 and 0.0 if a condition."""

    expression: str
    truth: bool
    values: Floats


class Expressions:
    """Expressions compiled into one plan for bars of one timeframe."""

    def __init__(self, texts: Sequence[str], *, timeframe: str | None, params: Mapping[str, float]):
        graph = Graph()
        roots = [clauses(text, graph=graph, params=params, timeframe=timeframe) for text in texts]
        self.texts = tuple(texts)
        self.truths = tuple(root.truth for root in roots)
        self.plan = Plan.compile([root.node for root in roots], graph, timeframe=timeframe)

    def stream(self, bars: Bars) -> Iterator[tuple[Bars, list[Column]]]:
        """Each block of one instrument's bars with its columns, valid until the next block is asked for."""
        for block, outputs in Runner(self.plan, instruments=1).run(bars):
            columns = zip(self.texts, self.truths, outputs, strict=True)
            yield block, [Column(text, truth, values[0]) for text, truth, values in columns]

    def over(self, bars: Bars) -> list[Column]:
        """The columns over all bars of one instrument."""
        blocks = [[column.values.copy() for column in columns] for _, columns in self.stream(bars)]
        values = [np.concatenate(parts) for parts in zip(*blocks, strict=True)] or [np.empty(0)] * len(
            self.texts
        )
        return [Column(*each) for each in zip(self.texts, self.truths, values, strict=True)]

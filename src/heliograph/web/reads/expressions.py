"""Expressions that somebody typed, over the bars of a chart."""

from collections.abc import Sequence
from dataclasses import dataclass

from heliograph.engine.graph import Graph
from heliograph.engine.language import BadExpression, Clause, clauses
from heliograph.web.chart import Line
from heliograph.web.plotted import is_price
from heliograph.web.reads.candles import Bar
from heliograph.web.reads.lines import Lines, values_of

MOST, MOST_LETTERS, MOST_PANES = 6, 500, 3


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an expression is not drawn; `column` counts from 1, 0 if it is the whole."""

    text: str
    column: int
    message: str
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """The lines of those that can be drawn, and what is wrong with the others."""

    texts: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    faults: tuple[Fault, ...] = ()


def draw_expressions(texts: Sequence[str], bars: Sequence[Bar], *, shown: int, timeframe: str) -> Drawn:
    """The values over the last `shown` of the bars; those before it let averages settle.

    What is on the scale of prices lies among the candles, what is not has a pane below. A condition is a step
    between 0 and 1. Unknown values are left out.
    """
    graph, read, faults = Graph(), [], []
    for text in dict.fromkeys(text.strip() for text in texts if text.strip()):
        try:
            read.append(_read(text, graph, timeframe=timeframe, before=len(read)))
        except _Refused as refusal:
            faults.append(refusal.fault)
    if not read or not bars:
        return Drawn(tuple(tree.text for tree in read), (), tuple(faults))
    values = values_of(read, graph, bars, shown=shown, timeframe=timeframe)
    lines, panes = Lines(bars[-shown:]), 0
    for tree, column in zip(read, values, strict=True):
        among = is_price(tree)
        if not among and panes == MOST_PANES:
            faults.append(
                Fault(tree.text, 0, f"There is room for {MOST_PANES} panes below; remove one of them.")
            )
            continue
        panes += not among
        lines.add(tree, column, pane=0 if among else panes)
    return Drawn(tuple(tree.text for tree in read), tuple(lines.made), tuple(faults))


class _Refused(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def _read(text: str, graph: Graph, *, timeframe: str, before: int) -> Clause:
    if len(text) > MOST_LETTERS:
        raise _Refused(
            Fault(f"{text[:40]}…", 0, f"It has {len(text):,} letters; {MOST_LETTERS} are the most.")
        )
    if before == MOST:
        raise _Refused(Fault(text, 0, f"{MOST} expressions are the most; remove one of them."))
    try:
        return clauses(text, graph=graph, params={}, timeframe=timeframe)
    except BadExpression as fault:
        raise _Refused(Fault(text, fault.column, fault.message, fault.suggestion)) from fault

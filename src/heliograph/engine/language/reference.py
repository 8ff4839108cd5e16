"""The list of functions for the page of the language, from the functions themselves."""

import math
from collections.abc import Iterator

from heliograph.engine.functions import FUNCTIONS, Function
from heliograph.engine.graph import Graph
from heliograph.engine.language.parse import parse
from heliograph.engine.plan import Plan

# Some settle by the clock, so that the figures need a timeframe.
TIMEFRAME = "1h"
TITLES = {
    "averages": "Averages and bands",
    "momentum": "Momentum",
    "ranges": "Ranges and direction",
    "volume": "Volume",
    "values": "Crossings, choices, mathematics",
}


def functions_reference() -> str:
    """Markdown: a table for each group of functions."""
    groups = dict.fromkeys(function.group for function in FUNCTIONS.values())
    return "\n".join(line for group in groups for line in _group(group))


def _group(group: str) -> Iterator[str]:
    yield f"### {TITLES[group]}"
    yield ""
    yield "| function | gives | follows | example | known after | settled after |"
    yield "|---|---|---|---|---|---|"
    for function in FUNCTIONS.values():
        if function.group == group:
            yield _row(function)
    yield ""


def lengths(function: Function) -> tuple[int, float]:
    """Bars until the example of a function is known, and until it has settled (infinite: never)."""
    graph = Graph()
    plan = Plan.compile(
        [parse(function.example, graph=graph, timeframe=TIMEFRAME)], graph, timeframe=TIMEFRAME
    )
    return plan.warmup[0], plan.settle[0]


def _row(function: Function) -> str:
    warmup, settle = lengths(function)
    settled = "never" if math.isinf(settle) else f"{math.ceil(settle)}"
    words = (f"`{function.signature}`", function.summary, function.reference, f"`{function.example}`")
    return f"| {' | '.join(words)} | {warmup} | {settled} |"

"""All that may stand in a strategy, with a sentence for each: what an editor completes and explains."""

import json
import math
from functools import cache

from heliograph.engine.bars import INPUTS
from heliograph.engine.functions import FUNCTIONS, Function
from heliograph.engine.graph import Graph
from heliograph.engine.language import parse
from heliograph.engine.lengths import lengths
from heliograph.engine.strategy.reference import CHOICES, KEYS, SECTIONS
from heliograph.engine.timeframe import TIMEFRAMES

# Some settle by the clock, so that their figures need a timeframe.
TIMEFRAME = "1h"
ON = {
    "name": "on",
    "signature": "on(timeframe, e)",
    "summary": "e on completed bars of a longer timeframe; holds until the next is complete.",
    "reference": "Heliograph",
    "example": "on('4h', ema(close, 50))",
    "group": "timeframes",
    "parameters": [
        {"name": "timeframe", "kind": "a longer timeframe in quotes", "default": None},
        {"name": "e", "kind": "any expression", "default": None},
    ],
    "warmup": None,
    "settle": None,
}
WORDS = {
    "open": "The price at which the bar opened.",
    "high": "The highest price of the bar.",
    "low": "The lowest price of the bar.",
    "close": "The price at which the bar closed.",
    "volume": "What was traded in the bar; unknown where the source has none.",
    "and": "True where both are; unknown where one is and the other does not decide.",
    "or": "True where one is.",
    "not": "True where the condition is false.",
    "true": "Always.",
    "false": "Never.",
}
KINDS = {"series": "any number", "period": "a whole number of bars", "number": "a number"}


@cache
def language_json() -> bytes:
    """The whole of it; it changes with the release only."""
    told = {
        "functions": [ON, *(_function(function) for function in FUNCTIONS.values())],
        "words": [{"name": name, "summary": says, "input": name in INPUTS} for name, says in WORDS.items()],
        "timeframes": list(TIMEFRAMES),
        "sections": [{"name": name, "summary": says} for name, says in SECTIONS.items()],
        "keys": {
            section: [{"name": name, "summary": says} for name, says in keys.items()]
            for section, keys in KEYS.items()
        },
        "choices": {key: list(words) for key, words in CHOICES.items()},
    }
    return json.dumps(told, allow_nan=False).encode()


def _function(function: Function) -> dict[str, object]:
    graph = Graph()
    (found,) = lengths([parse(function.example, graph=graph, timeframe=TIMEFRAME)], TIMEFRAME)
    parameters = [
        {"name": one.name, "kind": _kind(one.kind), "default": one.default} for one in function.parameters
    ]
    return {
        "name": function.name,
        "signature": function.signature,
        "summary": function.summary,
        "reference": function.reference,
        "example": function.example,
        "group": function.group,
        "parameters": parameters,
        "warmup": found.warmup,
        "settle": math.ceil(found.settle) if math.isfinite(found.settle) else None,
    }


def _kind(kind: str) -> str:
    return KINDS.get(kind, kind)

"""Crossings, changes, choices and plain mathematics."""

from collections.abc import Sequence

from heliograph.engine.functions.function import (
    A,
    Argument,
    B,
    Function,
    Parameter,
    X,
    nodes,
    period,
    primitive,
    whole,
)
from heliograph.engine.graph import Builder, Node

GROUP = "values"
OURS = "This language"


def _change(builder: Builder, arguments: Sequence[Argument]) -> Node:
    x = nodes(arguments)[0]
    before = builder.apply("delay", x, builder.input("close"), params=(whole(arguments[1]),))
    return builder.apply("sub", x, before)


def _value(name: str, parameters: tuple[Parameter, ...], summary: str, example: str) -> Function:
    return Function(name, parameters, primitive(name), summary, OURS, GROUP, example)


def _crossing(name: str, summary: str) -> Function:
    example = f"{name}(ema(close, 12), ema(close, 26))"
    return Function(name, (A, B), primitive(name, "close"), summary, OURS, GROUP, example)


VALUES = (
    _crossing("crosses_above", "True where a[1] <= b[1] and a > b."),
    _crossing("crosses_below", "True where a[1] >= b[1] and a < b."),
    Function(
        "change",
        (X, period()),
        _change,
        "x minus x[n]; counts bars, also those where x is unknown.",
        OURS,
        GROUP,
        "change(close, 1)",
    ),
    _value("abs", (X,), "The value without its sign.", "abs(close - open)"),
    _value("min", (A, B), "The lesser of two values.", "min(open, close)"),
    _value("max", (A, B), "The greater of two values.", "max(open, close)"),
    _value(
        "clip",
        (X, Parameter("lo", "series"), Parameter("hi", "series")),
        "x, but no less than lo and no more than hi.",
        "clip((adx(14) - 10) / 40, 0, 1)",
    ),
    _value(
        "if_else",
        (Parameter("c", "series"), A, B),
        "a where c is true, b where it is false; unknown where c or the chosen one is.",
        "if_else(close > open, high, low)",
    ),
    _value("log", (X,), "Natural logarithm; unknown unless x is above 0.", "log(close)"),
    _value("sqrt", (X,), "Square root; unknown below 0.", "sqrt(volume)"),
)

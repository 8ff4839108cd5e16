"""Averages and what is made of them."""

from collections.abc import Sequence

from heliograph.engine.functions.function import (
    Argument,
    Build,
    Function,
    Parameter,
    X,
    nodes,
    number,
    period,
    primitive,
    whole,
)
from heliograph.engine.graph import Builder, Node

GROUP = "averages"
K = Parameter("k", "number", least=0, most=1_000)


def _average(name: str, summary: str, reference: str) -> Function:
    return Function(name, (X, period()), primitive(name), summary, reference, GROUP, f"{name}(close, 20)")


def _band(sign: int) -> Build:
    def build(builder: Builder, arguments: Sequence[Argument]) -> Node:
        x, n, k = nodes(arguments)[0], whole(arguments[1]), number(arguments[2])
        middle = builder.apply("sma", x, params=(n,))
        if sign == 0:
            return middle
        deviation = builder.apply("stddev", x, params=(n,))
        width = builder.apply("mul", deviation, builder.constant(k))
        return builder.apply("add" if sign > 0 else "sub", middle, width)

    return build


def _bollinger(name: str, sign: int, summary: str) -> Function:
    reference = "TA-Lib BBANDS: simple average, deviation of the population"
    return Function(
        name, (X, period(least=2), K), _band(sign), summary, reference, GROUP, f"{name}(close, 20, 2)"
    )


AVERAGES = (
    _average("sma", "Mean of the last n values.", "TA-Lib SMA"),
    _average(
        "ema",
        "Exponential average with weight 2 / (n + 1), begun with the mean of the first n values.",
        "TA-Lib EMA",
    ),
    _average("wma", "Mean of the last n values, weighted n for the newest down to 1.", "TA-Lib WMA"),
    _average(
        "rma",
        "Wilder's average with weight 1 / n, begun with the mean of the first n values.",
        "Wilder (1978); the smoothing inside TA-Lib's RSI and ATR",
    ),
    Function(
        "stddev",
        (X, period(least=2)),
        primitive("stddev"),
        "Standard deviation of the last n values, of the population.",
        "TA-Lib STDDEV with nbdev 1",
        GROUP,
        "stddev(close, 20)",
    ),
    _bollinger("bb_upper", 1, "Bollinger's upper band: the mean of n values plus k deviations."),
    _bollinger("bb_mid", 0, "Bollinger's middle: the mean of n values."),
    _bollinger("bb_lower", -1, "Bollinger's lower band: the mean of n values minus k deviations."),
)

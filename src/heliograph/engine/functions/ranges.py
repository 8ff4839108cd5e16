"""Ranges of bars and windows, and the direction of their movement."""

from collections.abc import Sequence

from heliograph.engine.functions.function import Argument, Function, X, period, primitive, whole
from heliograph.engine.graph import Builder, Node

GROUP = "ranges"
BAR = ("high", "low", "close")


def _atr(builder: Builder, arguments: Sequence[Argument]) -> Node:
    true_range = builder.apply("true_range", *map(builder.input, BAR))
    return builder.apply("rma", true_range, params=(whole(arguments[0]),))


def _natr(builder: Builder, arguments: Sequence[Argument]) -> Node:
    share = builder.apply("div", _atr(builder, arguments), builder.input("close"))
    return builder.apply("mul", share, builder.constant(100.0))


def _directional(name: str, summary: str, *, least: int = 1) -> Function:
    reference = f"TA-Lib {name.upper()}"
    if least == 1:
        reference += "; of 1 bar in percent too, where TA-Lib gives 0 to 1"
    return Function(
        name, (period(least=least),), primitive(name, *BAR), summary, reference, GROUP, f"{name}(14)"
    )


RANGES = (
    Function(
        "true_range",
        (),
        primitive("true_range", *BAR),
        "The range of the bar and of its gap to the close before.",
        "TA-Lib TRANGE",
        GROUP,
        "true_range()",
    ),
    Function("atr", (period(),), _atr, "Wilder's average of the true range.", "TA-Lib ATR", GROUP, "atr(14)"),
    Function(
        "natr",
        (period(),),
        _natr,
        "ATR in percent of the close.",
        "TA-Lib NATR; of 1 bar in percent too, where TA-Lib gives the plain range",
        GROUP,
        "natr(14)",
    ),
    _directional("plus_di", "Directional indicator: upward movement in percent of the true range."),
    _directional("minus_di", "Directional indicator: downward movement in percent of the true range."),
    _directional("adx", "Average directional index: strength of a trend, 0 to 100.", least=2),
    Function(
        "highest",
        (X, period()),
        primitive("highest"),
        "Highest of the last n values.",
        "TA-Lib MAX",
        GROUP,
        "highest(high, 20)",
    ),
    Function(
        "lowest",
        (X, period()),
        primitive("lowest"),
        "Lowest of the last n values.",
        "TA-Lib MIN",
        GROUP,
        "lowest(low, 20)",
    ),
)

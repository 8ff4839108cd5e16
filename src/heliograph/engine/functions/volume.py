"""What volume adds to price; unknown where the volume is."""

from collections.abc import Sequence

from heliograph.engine.functions.function import Argument, Function, period, primitive, whole
from heliograph.engine.graph import Builder, Node

GROUP = "volume"


def _typical(builder: Builder) -> Node:
    return builder.apply("typical", *map(builder.input, ("high", "low", "close")))


def _vwap(builder: Builder, arguments: Sequence[Argument]) -> Node:
    return builder.apply("vwap", builder.input("time"), _typical(builder), builder.input("volume"))


def _mfi(builder: Builder, arguments: Sequence[Argument]) -> Node:
    flow = builder.apply("money_flow", _typical(builder), builder.input("volume"))
    return builder.apply("flow_share", flow, params=(whole(arguments[0]),))


VOLUME = (
    Function(
        "obv",
        (),
        primitive("obv", "close", "volume"),
        "On-balance volume: the first volume, then plus that of rising and minus that of falling closes.",
        "TA-Lib OBV",
        GROUP,
        "obv()",
    ),
    Function(
        "mfi",
        (period(least=2),),
        _mfi,
        "Money flow index: share of the money that flowed on rising typical prices, 0 to 100.",
        "TA-Lib MFI; 0 where no money flowed",
        GROUP,
        "mfi(14)",
    ),
    Function(
        "vwap",
        (),
        _vwap,
        "Average of (high + low + close) / 3 weighted by volume, begun anew each UTC day.",
        "Common use; unknown while no volume was traded that day",
        GROUP,
        "vwap()",
    ),
)

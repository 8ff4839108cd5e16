"""How far and how fast a price has moved."""

from collections.abc import Sequence

from heliograph.engine.functions.function import Argument, Build, Function, X, nodes, period, primitive, whole
from heliograph.engine.graph import Builder, Node

GROUP = "momentum"


def _macd(name: str) -> Build:
    def build(builder: Builder, arguments: Sequence[Argument]) -> Node:
        fast, slow, signal = (whole(argument) for argument in arguments[1:])
        return builder.apply(name, nodes(arguments)[0], params=(min(fast, slow), max(fast, slow), signal))

    return build


def _stochastic(name: str) -> Build:
    def build(builder: Builder, arguments: Sequence[Argument]) -> Node:
        k, smooth, d = (whole(argument) for argument in arguments)
        place = builder.apply("place", *_range_and_close(builder, k))
        slow = builder.apply("sma", place, params=(smooth,))
        mean = builder.apply("sma", slow, params=(d,))
        return mean if name == "stoch_d" else builder.apply("gate", slow, mean)

    return build


def _range_and_close(builder: Builder, n: int) -> tuple[Node, Node, Node]:
    highest = builder.apply("highest", builder.input("high"), params=(n,))
    lowest = builder.apply("lowest", builder.input("low"), params=(n,))
    return highest, lowest, builder.input("close")


def _cci(builder: Builder, arguments: Sequence[Argument]) -> Node:
    n = whole(arguments[0])
    typical = builder.apply("typical", *map(builder.input, ("high", "low", "close")))
    return builder.apply("cci", typical, builder.apply("sma", typical, params=(n,)), params=(n,))


def _willr(builder: Builder, arguments: Sequence[Argument]) -> Node:
    return builder.apply("willr", *_range_and_close(builder, whole(arguments[0])))


def _macd_function(name: str, summary: str) -> Function:
    parameters = (X, period("fast", least=2), period("slow", least=2), period("signal"))
    reference = "TA-Lib MACD: both averages begin together, nothing is shown before the signal is known"
    return Function(name, parameters, _macd(name), summary, reference, GROUP, f"{name}(close, 12, 26, 9)")


def _stochastic_function(name: str, summary: str) -> Function:
    parameters = (period("k"), period("smooth"), period("d"))
    reference = "TA-Lib STOCH with simple averages; 0 where the range is nil"
    return Function(name, parameters, _stochastic(name), summary, reference, GROUP, f"{name}(14, 3, 3)")


MOMENTUM = (
    Function(
        "rsi",
        (X, period(least=2)),
        primitive("rsi"),
        "Relative strength index: Wilder's average gain as a share of gain and loss, 0 to 100.",
        "TA-Lib RSI; 50 while nothing has changed yet, as its source says (its release 0.8.2 gives 0)",
        GROUP,
        "rsi(close, 14)",
    ),
    _macd_function("macd", "Fast exponential average minus the slow one."),
    _macd_function("macd_signal", "Exponential average of the MACD line."),
    _macd_function("macd_hist", "MACD line minus its signal."),
    _stochastic_function(
        "stoch_k", "Slow stochastic: where the close lies in the range of k bars, smoothed."
    ),
    _stochastic_function("stoch_d", "Mean of the last d values of stoch_k."),
    Function(
        "cci",
        (period(least=2),),
        _cci,
        "Commodity channel index: distance of the typical price from its mean, in mean deviations / 0.015.",
        "TA-Lib CCI; 0 where there is no deviation",
        GROUP,
        "cci(20)",
    ),
    Function(
        "willr",
        (period(),),
        _willr,
        "Williams %R: where the close lies in the range of n bars, -100 to 0.",
        "TA-Lib WILLR; 0 where the range is nil",
        GROUP,
        "willr(14)",
    ),
    Function(
        "roc",
        (X, period()),
        primitive("roc"),
        "Change in percent of the value n values ago.",
        "TA-Lib ROC; 0 where that value was 0",
        GROUP,
        "roc(close, 10)",
    ),
    Function(
        "mom",
        (X, period()),
        primitive("mom"),
        "Difference to the value n known values ago.",
        "TA-Lib MOM",
        GROUP,
        "mom(close, 10)",
    ),
)

"""What the graph is made of: for each primitive its kernel, its state and its two lengths."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Params: TypeAlias = tuple[int | float, ...]
Size: TypeAlias = Callable[[Params], int]
Length: TypeAlias = Callable[[Params, float], float]

INFLUENCE = 1e-9
# Kernels that would hide a word of Python's end in an underscore.
PYTHONS_OWN = ("and", "or", "not", "abs", "min", "max")


def _nothing(params: Params) -> int:
    return 0


def _same_as_lookback(params: Params, bars_a_day: float) -> float:
    return math.nan


@dataclass(frozen=True, slots=True)
class Primitive:
    """A kernel of `kernels/` and what must be known about it before it runs.

    `state` is the number of floats per instrument, `lookback` the bars before the first output,
    `settle` the bars until less than 1e-9 of where it began is left (infinite: never). Primitives that share
    a kernel differ in `output`: one run of it gives all of theirs. One that `broadcasts` takes constants as
    they are, for others they are spread over the bars first.
    """

    kernel: str
    inputs: int
    output: int = 0
    outputs: int = 1
    state: Size = _nothing
    lookback: Size = _nothing
    settle: Length = _same_as_lookback
    broadcasts: bool = False

    def settles(self, params: Params, bars_a_day: float) -> float:
        """Bars until the influence of the first one is gone, known inputs taken for granted."""
        bars = self.settle(params, bars_a_day)
        return self.lookback(params) if math.isnan(bars) else bars


def _fades(keep: float) -> float:
    return math.log(INFLUENCE) / math.log(keep) if keep > 0.0 else 0.0


def _exponential(period: float) -> float:
    return _fades(1.0 - 2.0 / (period + 1.0))


def _wilder(period: float) -> float:
    return _fades(1.0 - 1.0 / period)


def _never(params: Params, bars_a_day: float) -> float:
    return math.inf


def _period(params: Params) -> int:
    return int(params[0])


def _before_full(params: Params) -> int:
    return int(params[0]) - 1


def _elementwise(name: str, inputs: int, *, broadcasts: bool = True) -> Primitive:
    kernel = f"{name}_" if name in PYTHONS_OWN else name
    return Primitive(f"elementwise.{kernel}", inputs, broadcasts=broadcasts)


def _window(
    kernel: str, inputs: int, *, outputs: int = 1, rings: int = 1, extra: int = 0, lookback: Size
) -> Primitive:
    return Primitive(
        kernel,
        inputs,
        outputs=outputs,
        state=lambda params: rings * int(params[0]) + extra,
        lookback=lookback,
    )


def _averages() -> dict[str, Primitive]:
    return {
        "sma": _window("averages.sma", 1, extra=3, lookback=_before_full),
        "wma": _window("averages.wma", 1, extra=4, lookback=_before_full),
        "stddev": _window("averages.stddev", 1, rings=2, extra=6, lookback=_before_full),
        "ema": Primitive(
            "smoothing.ema",
            1,
            state=lambda params: 3,
            lookback=_before_full,
            settle=lambda params, day: params[0] - 1 + _exponential(params[0]),
        ),
        "rma": Primitive(
            "smoothing.rma",
            1,
            state=lambda params: 3,
            lookback=_before_full,
            settle=lambda params, day: params[0] - 1 + _wilder(params[0]),
        ),
    }


def _macd_lookback(params: Params) -> int:
    return int(params[1] + params[2]) - 2


def _macd_settle(params: Params, bars_a_day: float) -> float:
    return _macd_lookback(params) + _exponential(params[1]) + _exponential(params[2])


def _momentum() -> dict[str, Primitive]:
    macd = {
        name: Primitive(
            "smoothing.macd",
            1,
            output=output,
            outputs=3,
            state=lambda params: 8,
            lookback=_macd_lookback,
            settle=_macd_settle,
        )
        for output, name in enumerate(("macd", "macd_signal", "macd_hist"))
    }
    return {
        **macd,
        "typical": Primitive("elementwise.typical", 3),
        "place": Primitive("elementwise.place", 3),
        "gate": Primitive("elementwise.gate", 2),
        "rsi": Primitive(
            "oscillators.rsi",
            1,
            state=lambda params: 4,
            lookback=_period,
            settle=lambda params, day: params[0] + _wilder(params[0]),
        ),
        "willr": Primitive("elementwise.willr", 3),
        "cci": _window("oscillators.cci", 2, outputs=2, rings=2, extra=1, lookback=_nothing),
        "money_flow": Primitive(
            "oscillators.money_flow", 2, state=lambda params: 2, lookback=lambda params: 1
        ),
        "flow_share": _window("averages.flow_share", 1, rings=2, extra=4, lookback=_before_full),
        "roc": _window("windows.roc", 1, extra=2, lookback=_period),
        "mom": _window("windows.mom", 1, extra=2, lookback=_period),
    }


def _ranges() -> dict[str, Primitive]:
    def directional(output: int, lookback: Size, averages: int) -> Primitive:
        return Primitive(
            "ranges.directional",
            3,
            output=output,
            outputs=3,
            state=lambda params: 9,
            lookback=lookback,
            settle=lambda params, day: lookback(params) + averages * _wilder(params[0]),
        )

    return {
        "true_range": Primitive("ranges.true_range", 3, state=lambda params: 2, lookback=lambda params: 1),
        "plus_di": directional(0, _period, 1),
        "minus_di": directional(1, _period, 1),
        "adx": directional(2, lambda params: 2 * int(params[0]) - 1, 2),
        "highest": _window("windows.highest", 1, outputs=2, extra=3, lookback=_before_full),
        "lowest": _window("windows.lowest", 1, outputs=2, extra=3, lookback=_before_full),
    }


def _volume() -> dict[str, Primitive]:
    return {
        "obv": Primitive("volume.obv", 2, state=lambda params: 3, settle=_never),
        "vwap": Primitive("volume.vwap", 3, state=lambda params: 4, settle=lambda params, day: day),
    }


def _past() -> dict[str, Primitive]:
    crossing = {
        name: Primitive(f"past.{name}", 3, state=lambda params: 3, lookback=lambda params: 1)
        for name in ("crosses_above", "crosses_below")
    }
    return {
        **crossing,
        "delay": _window("past.delay", 2, extra=2, lookback=_period),
    }


ARITHMETIC = {"add": 2, "sub": 2, "mul": 2, "div": 2, "mod": 2, "neg": 1}
COMPARISON = {"lt": 2, "le": 2, "gt": 2, "ge": 2, "eq": 2, "ne": 2}
LOGIC = {"and": 2, "or": 2, "not": 1, "if_else": 3}
MATHEMATICS = {"abs": 1, "min": 2, "max": 2, "clip": 3, "log": 1, "sqrt": 1}

PRIMITIVES: dict[str, Primitive] = {
    **{name: _elementwise(name, count) for name, count in (ARITHMETIC | COMPARISON | MATHEMATICS).items()},
    **{name: _elementwise(name, count, broadcasts=False) for name, count in LOGIC.items()},
    **_averages(),
    **_momentum(),
    **_ranges(),
    **_volume(),
    **_past(),
}


def state_floats(op: str, params: Params) -> int:
    """Floats of state per instrument that a node of this primitive keeps; 0 for inputs and constants."""
    primitive = PRIMITIVES.get(op)
    return primitive.state(params) if primitive else 0

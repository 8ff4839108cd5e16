"""Kernels without state: one value of each input makes one value.

They are given their arrays flat; constants come as arrays of size 1.
"""

import math
from collections.abc import Callable

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined, kernel, template
from heliograph.engine.kernels.parts import NAN, Arrays, finite, is_noise


@template
def _one(compute: Callable[[float], float], ins: Arrays, outs: Arrays) -> None:
    x, out = ins[0], outs[0]
    for k in range(out.size):
        out[k] = compute(x[k])


@template
def _two(compute: Callable[[float, float], float], ins: Arrays, outs: Arrays) -> None:
    a, b, out = ins[0], ins[1], outs[0]
    if b.size == 1:
        fixed = b[0]
        for k in range(out.size):
            out[k] = compute(a[k], fixed)
    elif a.size == 1:
        fixed = a[0]
        for k in range(out.size):
            out[k] = compute(fixed, b[k])
    else:
        for k in range(out.size):
            out[k] = compute(a[k], b[k])


@inlined
def _both_known(a: float, b: float) -> bool:
    return (a == a) & (b == b)


@inlined
def _truth(holds: bool, is_known: bool) -> float:
    value = 1.0 if holds else 0.0
    return value if is_known else NAN


@inlined
def _add(a: float, b: float) -> float:
    return finite(a + b)


@inlined
def _sub(a: float, b: float) -> float:
    return finite(a - b)


@inlined
def _mul(a: float, b: float) -> float:
    return finite(a * b)


@inlined
def _div(a: float, b: float) -> float:
    return finite(a / b)


@inlined
def _mod(a: float, b: float) -> float:
    return finite(a % b)


@inlined
def _neg(x: float) -> float:
    return -x


@inlined
def _abs(x: float) -> float:
    return abs(x)


@inlined
def _log(x: float) -> float:
    return finite(math.log(x)) if x > 0.0 else NAN


@inlined
def _sqrt(x: float) -> float:
    return math.sqrt(x) if x >= 0.0 else NAN


@inlined
def _min(a: float, b: float) -> float:
    least = a if a < b else b
    return least if _both_known(a, b) else NAN


@inlined
def _max(a: float, b: float) -> float:
    most = a if a > b else b
    return most if _both_known(a, b) else NAN


@inlined
def _clip(x: float, low: float, high: float) -> float:
    inside = high if x > high else x
    clipped = low if x < low else inside
    return clipped if _both_known(low, high) else NAN


@inlined
def _lt(a: float, b: float) -> float:
    return _truth(a < b, _both_known(a, b))


@inlined
def _le(a: float, b: float) -> float:
    return _truth(a <= b, _both_known(a, b))


@inlined
def _gt(a: float, b: float) -> float:
    return _truth(a > b, _both_known(a, b))


@inlined
def _ge(a: float, b: float) -> float:
    return _truth(a >= b, _both_known(a, b))


@inlined
def _eq(a: float, b: float) -> float:
    return _truth(a == b, _both_known(a, b))


@inlined
def _ne(a: float, b: float) -> float:
    return _truth(a != b, _both_known(a, b))


@inlined
def _and(a: float, b: float) -> float:
    one_is_false = (a == 0.0) | (b == 0.0)
    return 0.0 if one_is_false else _truth(True, _both_known(a, b))


@inlined
def _or(a: float, b: float) -> float:
    one_is_true = ((a == a) & (a != 0.0)) | ((b == b) & (b != 0.0))
    return 1.0 if one_is_true else _truth(False, _both_known(a, b))


@inlined
def _not(x: float) -> float:
    return _truth(x == 0.0, x == x)


@kernel
def add(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_add, ins, outs)


@kernel
def sub(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_sub, ins, outs)


@kernel
def mul(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_mul, ins, outs)


@kernel
def div(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_div, ins, outs)


@kernel
def mod(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_mod, ins, outs)


@kernel
def min_(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_min, ins, outs)


@kernel
def max_(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_max, ins, outs)


@kernel
def lt(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_lt, ins, outs)


@kernel
def le(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_le, ins, outs)


@kernel
def gt(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_gt, ins, outs)


@kernel
def ge(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_ge, ins, outs)


@kernel
def eq(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_eq, ins, outs)


@kernel
def ne(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_ne, ins, outs)


@kernel
def neg(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _one(_neg, ins, outs)


@kernel
def abs_(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _one(_abs, ins, outs)


@kernel
def log(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _one(_log, ins, outs)


@kernel
def sqrt(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _one(_sqrt, ins, outs)


@kernel
def and_(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_and, ins, outs)


@kernel
def or_(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _two(_or, ins, outs)


@kernel
def not_(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    _one(_not, ins, outs)


@kernel
def if_else(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    condition, a, b, out = ins[0], ins[1], ins[2], outs[0]
    for k in range(out.size):
        chosen = b[k] if condition[k] == 0.0 else a[k]
        out[k] = chosen if condition[k] == condition[k] else NAN


@kernel
def clip(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    x, low, high, out = ins[0], ins[1], ins[2], outs[0]
    if low.size == 1 and high.size == 1:
        least, most = low[0], high[0]
        for k in range(out.size):
            out[k] = _clip(x[k], least, most)
    else:
        x_step, low_step, high_step = min(x.size - 1, 1), min(low.size - 1, 1), min(high.size - 1, 1)
        for k in range(out.size):
            out[k] = _clip(x[k * x_step], low[k * low_step], high[k * high_step])


@kernel
def spread(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """A constant at every bar that exists."""
    close, out, value = ins[0], outs[0], params[0]
    for k in range(out.size):
        out[k] = value if close[k] == close[k] else NAN


@kernel
def gate(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """The first where the second is known too."""
    a, b, out = ins[0], ins[1], outs[0]
    for k in range(out.size):
        out[k] = a[k] if b[k] == b[k] else NAN


@kernel
def typical(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """The mean of high, low and close."""
    high, low, close, out = ins[0], ins[1], ins[2], outs[0]
    for k in range(out.size):
        out[k] = finite((high[k] + low[k] + close[k]) / 3.0)


@kernel
def place(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    """Where the close lies between highest and lowest, 0 to 100; 0 where they are the same."""
    high, low, close, out = ins[0], ins[1], ins[2], outs[0]
    for k in range(out.size):
        width = high[k] - low[k]
        inside = finite(100.0 * (close[k] - low[k]) / width)
        out[k] = 0.0 * close[k] if is_noise(width, high[k], low[k]) else inside


@kernel
def willr(ins: Arrays, params: Floats, state: Floats, outs: Arrays) -> None:
    high, low, close, out = ins[0], ins[1], ins[2], outs[0]
    for k in range(out.size):
        width = high[k] - low[k]
        inside = finite((high[k] - close[k]) / width * -100.0)
        out[k] = inside if width != 0.0 else 0.0 * close[k]

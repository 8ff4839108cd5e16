"""Operators over numbers that are known before any bar: bit for bit what their kernels do."""

import math
from collections.abc import Callable
from typing import TypeAlias

UNKNOWN = math.nan
Fold: TypeAlias = Callable[..., float]


def _known(compute: Fold) -> Fold:
    def fold(*values: float) -> float:
        if any(math.isnan(value) for value in values):
            return UNKNOWN
        try:
            result = float(compute(*values))
        except (ArithmeticError, ValueError):
            return UNKNOWN
        return result if math.isfinite(result) else UNKNOWN

    return fold


def _and(a: float, b: float) -> float:
    if a == 0.0 or b == 0.0:
        return 0.0
    return UNKNOWN if math.isnan(a + b) else 1.0


def _or(a: float, b: float) -> float:
    if (a != 0.0 and not math.isnan(a)) or (b != 0.0 and not math.isnan(b)):
        return 1.0
    return UNKNOWN if math.isnan(a + b) else 0.0


def _if_else(condition: float, a: float, b: float) -> float:
    if math.isnan(condition):
        return UNKNOWN
    return a if condition != 0.0 else b


FOLDS: dict[str, Fold] = {
    "add": _known(lambda a, b: a + b),
    "sub": _known(lambda a, b: a - b),
    "mul": _known(lambda a, b: a * b),
    "div": _known(lambda a, b: a / b),
    "mod": _known(lambda a, b: a % b),
    "neg": _known(lambda a: -a),
    "abs": _known(abs),
    "log": _known(math.log),
    "sqrt": _known(math.sqrt),
    "min": _known(lambda a, b: a if a < b else b),
    "max": _known(lambda a, b: a if a > b else b),
    "clip": _known(lambda x, low, high: low if x < low else high if x > high else x),
    "lt": _known(lambda a, b: a < b),
    "le": _known(lambda a, b: a <= b),
    "gt": _known(lambda a, b: a > b),
    "ge": _known(lambda a, b: a >= b),
    "eq": _known(lambda a, b: a == b),
    "ne": _known(lambda a, b: a != b),
    "not": _known(lambda a: a == 0.0),
    "and": _and,
    "or": _or,
    "if_else": _if_else,
}

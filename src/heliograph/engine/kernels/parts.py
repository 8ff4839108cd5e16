"""What several kernels are made of."""

from typing import TypeAlias

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined

Arrays: TypeAlias = tuple[Floats, ...]

NAN = float("nan")
# TA-Lib counts differences up to this share of the values as none.
NOISE = 1e-14
LARGEST = 1.7976931348623157e308
# Rows shorter than so many windows are not worth a second way through them.
WINDOWS = 4


@inlined
def finite(x: float) -> float:
    """x, or unknown where it is not finite."""
    return x if abs(x) <= LARGEST else NAN


@inlined
def is_noise(difference: float, a: float, b: float) -> bool:
    """True if two values differ by no more than the rounding of what they were computed from."""
    return abs(difference) <= NOISE * (abs(a) + abs(b))


@inlined
def is_gapless(x: Floats) -> bool:
    """True if every value of the row is known."""
    unknown = 0
    for b in range(x.size):
        unknown += 1 if x[b] != x[b] else 0
    return unknown == 0


@inlined
def is_long(x: Floats, n: int) -> bool:
    """True if the row is gapless and long enough for windows of n to be computed many at a time."""
    return x.size >= WINDOWS * n and is_gapless(x)

"""What several kernels are made of."""

from typing import TypeAlias

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import part

Arrays: TypeAlias = tuple[Floats, ...]

NAN = float("nan")
# TA-Lib counts differences up to this share of the values as none.
NOISE = 1e-14
LARGEST = 1.7976931348623157e308


@part
def finite(x: float) -> float:
    """x, or unknown where it is not finite."""
    return x if abs(x) <= LARGEST else NAN


@part
def is_noise(difference: float, a: float, b: float) -> bool:
    """True if two values differ by no more than the rounding of what they were computed from."""
    return abs(difference) <= NOISE * (abs(a) + abs(b))


@part
def sums_behind(ring: Floats, n: int) -> None:
    """Replaces each value by the sum of those after it."""
    total = 0.0
    for j in range(n - 1, -1, -1):
        value = ring[j]
        ring[j] = total
        total += value

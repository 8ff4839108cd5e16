"""What several kernels are made of."""

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import part

NAN = float("nan")
LARGEST = 1.7976931348623157e308


@part
def finite(x: float) -> float:
    """x, or unknown where it is not finite."""
    return x if abs(x) <= LARGEST else NAN


@part
def sums_behind(ring: Floats, n: int) -> None:
    """Replaces each value by the sum of those after it."""
    total = 0.0
    for j in range(n - 1, -1, -1):
        value = ring[j]
        ring[j] = total
        total += value

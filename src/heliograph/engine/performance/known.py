"""What every measure does first: leave out what is unknown."""

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats
from heliograph.engine.errors import BadResults

# What differs by less than this part of its size is the same: the last digits are rounding.
SAME = 1e-12


def known(values: npt.ArrayLike) -> Floats:
    """The finite ones of a row of numbers, in their order; BadResults if it is not a row."""
    row = np.asarray(values, dtype=np.float64)
    if row.ndim != 1:
        raise BadResults(f"Results must be one row of numbers, not of shape {row.shape}.")
    finite = np.isfinite(row)
    return row if finite.all() else row[finite]


def known_together(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Both rows where both are finite; BadResults if they are not equally long."""
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.ndim != 1 or one.shape != other.shape:
        raise BadResults(f"Both must be rows of one length, not of shapes {one.shape} and {other.shape}.")
    finite = np.isfinite(one) & np.isfinite(other)
    return one[finite], other[finite]


def deviation(values: Floats) -> float | None:
    """The deviation of a sample (n - 1) of known values; None of fewer than two, 0 if all are the same."""
    if len(values) < 2:
        return None
    return 0.0 if are_same(values) else float(np.std(values, ddof=1))


def are_same(values: Floats) -> bool:
    """True if known values differ by no more than rounding; there must be one."""
    lowest, highest = float(values.min()), float(values.max())
    return highest - lowest <= SAME * max(abs(lowest), abs(highest))


def over(part: float, whole: float) -> float | None:
    """A quotient; None over zero."""
    return part / whole if whole else None

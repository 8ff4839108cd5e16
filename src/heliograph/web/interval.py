"""A mean with its interval on the scale of R, for a column of them."""

from dataclasses import dataclass

from heliograph.engine.performance.estimates import Estimate

LEAST, MOST = -1.0, 1.0


@dataclass(frozen=True, slots=True)
class IntervalMark:
    """Percent of the width; the zero line stands at 50."""

    low: float
    mean: float
    high: float


def interval_mark(estimate: Estimate) -> IntervalMark | None:
    """None where there is no interval."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None
    return IntervalMark(_place(estimate.low), _place(estimate.value), _place(estimate.high))


def _place(r: float) -> float:
    return round((min(max(r, LEAST), MOST) - LEAST) / (MOST - LEAST) * 100, 2)

"""A distribution of R with its mean and interval, drawn by the server."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST, MOST, BIN = -2.0, 4.0, 0.25
BINS = int((MOST - LEAST) / BIN)
TICKS = (-1, 0, 1, 2, 3)
TOP = 54


@dataclass(frozen=True, slots=True)
class HistogramBar:
    """A bin: percent from the left, percent wide, pixels down and high, and how many are in it."""

    x: float
    width: float
    y: float
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """`most` is the greatest count of a bin. Values beyond the scale stand in the outermost bins."""

    bars: tuple[HistogramBar, ...]
    ticks: tuple[tuple[float, str], ...]
    most: int
    low: float | None
    mean: float | None
    high: float | None


def histogram(
    values: Sequence[float], *, mean: float | None, interval: tuple[float, float] | None
) -> Histogram:
    """The values in bins of a quarter R, with a cross at the mean."""
    counts = [0] * BINS
    for value in values:
        counts[min(max(math.floor((value - LEAST) / BIN), 0), BINS - 1)] += 1
    most = max(counts, default=0)
    return Histogram(
        bars=tuple(_bar(place, number, most) for place, number in enumerate(counts) if number),
        ticks=tuple(
            (
                scale(tick),
                f"{tick:+d} R" if tick == TICKS[-1] else f"{tick:+d}".replace("+0", "0").replace("-", "−"),
            )
            for tick in TICKS
        ),
        most=most,
        low=None if interval is None else scale(interval[0]),
        mean=None if mean is None else scale(mean),
        high=None if interval is None else scale(interval[1]),
    )


def scale(r: float) -> float:
    """Percent of the width at `r`, held inside."""
    return round((min(max(r, LEAST), MOST) - LEAST) / (MOST - LEAST) * 100, 2)


def _bar(place: int, number: int, most: int) -> HistogramBar:
    height = round(number / most * TOP, 1)
    width = 100 / BINS
    return HistogramBar(
        round(place * width + width * 0.08, 2), round(width * 0.84, 2), TOP - height, height, number
    )

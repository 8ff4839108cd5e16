"""What work costs, as it was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Costs:
    """Measured costs. A step of a shard takes `step_s + instruments * instrument_s` seconds.

    `bytes_per_row` are by table, with their indexes; `signals_per_bar` and `published_per_bar` count
    candidates of one strategy for each evaluated bar. `sources` say in words where figures come from.
    """

    step_s: float
    instrument_s: float
    start_s: float
    process_bytes: float
    state_bytes: float
    signals_per_bar: float
    published_per_bar: float
    bytes_per_row: Mapping[str, float]
    sources: Sequence[str] = ()

    def service_s(self, instruments: int) -> float:
        """Seconds of one step of a shard of that many instruments."""
        return self.step_s + instruments * self.instrument_s


def line_through(sizes: Sequence[float], seconds: Sequence[float]) -> tuple[float, float]:
    """Seconds of an empty step, and for each instrument, by least squares; neither is below 0.

    Steps of one size alone tell no part that is the same for all: then all of it is of the instruments.
    """
    x, y = np.asarray(sizes, dtype=np.float64), np.asarray(seconds, dtype=np.float64)
    if np.ptp(x) == 0:
        return 0.0, float(y.mean() / x.mean())
    slope, start = np.polyfit(x, y, 1)
    if slope < 0:
        return float(y.mean()), 0.0
    if start < 0:
        return 0.0, float((x * y).sum() / (x * x).sum())
    return float(start), float(slope)

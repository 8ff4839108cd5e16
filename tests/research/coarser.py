"""Longer bars from shorter ones, by hand."""

import numpy as np

from heliograph.engine.bars import Bars


def coarser(bars, count):
    """Each `count` bars as one; nothing may be missing."""

    def grouped(values):
        return values.reshape(values.shape[0], -1, count)

    return Bars(
        time=np.ascontiguousarray(bars.time[::count]),
        open=np.ascontiguousarray(grouped(bars.open)[:, :, 0]),
        high=np.ascontiguousarray(grouped(bars.high).max(axis=2)),
        low=np.ascontiguousarray(grouped(bars.low).min(axis=2)),
        close=np.ascontiguousarray(grouped(bars.close)[:, :, -1]),
        volume=np.ascontiguousarray(grouped(bars.volume).sum(axis=2)),
    )

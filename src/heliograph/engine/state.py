"""The state of a plan for N instruments, and its form as bytes."""

import struct
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.entries import kernels_digest
from heliograph.engine.errors import BadSnapshot
from heliograph.engine.plan import RESAMPLE_STATE, Plan

MAGIC = b"HGS2"
HEADER = struct.Struct("<4s64s64sqq")
# Floats in a cache line.
LINE = 8
# Fewer instruments than this are not worth any room between the rows.
FEW = 64


class State:
    """All that a runner remembers: a row for each float, with a place for each instrument.

    So what a tick reads of all instruments lies together, also of windows, whose older values rest.
    `steps` and `resampling` hold a view float64[N, S] per step and per level; `known` is float64[K, N],
    1 where the watched value has been known.
    """

    def __init__(self, plan: Plan, instruments: int) -> None:
        levels = list(plan.base.walk())
        sizes = [RESAMPLE_STATE] * (len(levels) - 1)
        sizes += [step.state for level in levels for step in level.steps]
        ends = [0, *np.cumsum(sizes, dtype=int).tolist()]
        self.plan, self.instruments = plan, instruments
        floats = np.zeros((ends[-1] + len(plan.watched), _room(instruments)))
        self._rows: Floats = floats[:, :instruments]
        views = iter([self._rows[start:end].T for start, end in pairwise(ends)])
        self.known: Floats = self._rows[ends[-1] :]
        self.resampling = {level.domain: next(views) for level in levels[1:]}
        self.steps = {level.domain: [next(views) for _ in level.steps] for level in levels}

    def snapshot(self, rows: Sequence[int] | None) -> bytes:
        """The state of all instruments, or of some."""
        count = self.instruments if rows is None else len(rows)
        floats = np.ascontiguousarray(self._rows[:, slice(None) if rows is None else rows])
        return b"".join((self._header(count), floats.data))

    def restore(self, snapshot: bytes, rows: Sequence[int] | None) -> None:
        """Takes the place of the state, or of that of some instruments."""
        count = self.instruments if rows is None else len(rows)
        header = self._header(count)
        if not self._fits(snapshot, count) or snapshot[: len(header)] != header:
            raise BadSnapshot(
                "The snapshot is of another plan, release or number of instruments; replay the candles."
            )
        floats = np.frombuffer(snapshot, dtype=np.float64, offset=len(header))
        self._rows[:, slice(None) if rows is None else rows] = floats.reshape(len(self._rows), count)

    def _fits(self, snapshot: bytes, count: int) -> bool:
        width = self.plan.state_floats + len(self.plan.watched)
        return len(snapshot) == HEADER.size + 8 * count * width

    def _header(self, count: int) -> bytes:
        width = self.plan.state_floats + len(self.plan.watched)
        digests = self.plan.digest.encode(), kernels_digest().encode()
        return HEADER.pack(MAGIC, *digests, count, width)


def _room(instruments: int) -> int:
    """Floats from one row to the next: an odd number of cache lines.

    A cache has few places for lines that are a power of two apart, and a window's values are a row apart.
    """
    return instruments if instruments < FEW else LINE * (-(-instruments // LINE) | 1)

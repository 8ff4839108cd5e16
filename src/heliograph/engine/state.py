"""The state of a plan for N instruments, and its form as bytes."""

import struct
from collections.abc import Sequence

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.entries import kernels_digest
from heliograph.engine.errors import BadSnapshot
from heliograph.engine.plan import RESAMPLE_STATE, Plan

MAGIC = b"HGS1"
HEADER = struct.Struct("<4s64s64sqq")


class State:
    """All that a runner remembers, as one row of floats after another, node by node.

    `steps` and `resampling` hold a view float64[N, S] per step and per level; `known` is float64[K, N],
    1 where the watched value has been known.
    """

    def __init__(self, plan: Plan, instruments: int) -> None:
        levels = list(plan.base.walk())
        sizes = [RESAMPLE_STATE] * (len(levels) - 1)
        sizes += [step.state for level in levels for step in level.steps]
        self.plan, self.instruments = plan, instruments
        self._floats = np.zeros(instruments * (sum(sizes) + len(plan.watched)))
        ends = np.cumsum([instruments * size for size in sizes]).tolist()
        self._views: list[Floats] = [
            self._floats[end - instruments * size : end].reshape(instruments, size)
            for size, end in zip(sizes, ends, strict=True)
        ]
        self.known: Floats = self._floats[ends[-1] if ends else 0 :].reshape(len(plan.watched), instruments)
        views = iter(self._views)
        self.resampling = {level.domain: next(views) for level in levels[1:]}
        self.steps = {level.domain: [next(views) for _ in level.steps] for level in levels}

    def snapshot(self, rows: Sequence[int] | None) -> bytes:
        """The state of all instruments, or of some."""
        if rows is None:
            return self._header(self.instruments) + self._floats.tobytes()
        parts = [view[rows].tobytes() for view in self._views]
        return self._header(len(rows)) + b"".join([*parts, self.known[:, rows].tobytes()])

    def restore(self, snapshot: bytes, rows: Sequence[int] | None) -> None:
        """Takes the place of the state, or of that of some instruments."""
        count = self.instruments if rows is None else len(rows)
        header = self._header(count)
        floats = (
            np.frombuffer(snapshot[len(header) :], dtype=np.float64) if self._fits(snapshot, count) else None
        )
        if floats is None or snapshot[: len(header)] != header:
            raise BadSnapshot(
                "The snapshot is of another plan, release or number of instruments; replay the candles."
            )
        if rows is None:
            self._floats[:] = floats
            return
        start = 0
        for view in self._views:
            stop = start + count * view.shape[1]
            view[rows] = floats[start:stop].reshape(count, view.shape[1])
            start = stop
        self.known[:, rows] = floats[start:].reshape(len(self.known), count)

    def _fits(self, snapshot: bytes, count: int) -> bool:
        width = self.plan.state_floats + len(self.plan.watched)
        return len(snapshot) == HEADER.size + 8 * count * width

    def _header(self, count: int) -> bytes:
        width = self.plan.state_floats + len(self.plan.watched)
        digests = self.plan.digest.encode(), kernels_digest().encode()
        return HEADER.pack(MAGIC, *digests, count, width)

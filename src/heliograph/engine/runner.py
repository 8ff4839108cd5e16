"""Advances a plan over blocks of bars: the one operation of the engine."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import INPUTS, Bars, Floats
from heliograph.engine.crew import Crew
from heliograph.engine.errors import BadBars
from heliograph.engine.frame import Arena, Binder, Block, Frame
from heliograph.engine.plan import Plan
from heliograph.engine.state import State

# A block of up to so many values is bound once for all of its size; its bars are copied in.
SMALL = 32_768
KEPT_FRAMES = 8
# Bars of a block, for a few instruments and for many.
LONG_BLOCK, WIDE_BLOCK, WIDE = 65_536, 4_096, 100


class Runner:
    """A plan with its state for N instruments.

    The state moves with each block; a result depends on the bars so far, never on how they were cut.
    """

    def __init__(self, plan: Plan, *, instruments: int, threads: int = 1) -> None:
        self.plan, self.instruments, self.threads = plan, instruments, threads
        self._state = State(plan, instruments)
        self._used = _used_fields(plan)
        self._small = Binder(plan, self._state, reuse=True)
        self._frames: dict[tuple[int, bool], tuple[Block, Frame]] = {}
        self._crew = Crew(plan, self._state, threads=threads)
        self._results: Mapping[int, Floats] = {}
        self._bars = 0
        self._first: Floats | None = None
        self._set_pending()

    def advance(self, bars: Bars) -> list[Floats]:
        """The outputs at these bars, float64[N, B] each; they are the runner's own until the next advance."""
        if bars.instruments != self.instruments:
            raise BadBars(
                f"The bars are of {bars.instruments} instruments, those of the runner are {self.instruments}."
            )
        self._bars = len(bars)
        is_watching = self._is_watching(bars)
        if len(bars) == 0:
            return [np.empty((self.instruments, 0)) for _ in self.plan.outputs]
        if bars.close.size <= SMALL:
            results = self._advance_small(bars, is_watching)
        else:
            results = self._advance_large(bars, is_watching)
        if is_watching:
            self._set_pending()
        return [results[register] for register in self.plan.outputs]

    def run(self, bars: Bars, *, block: int | None = None) -> Iterator[tuple[Bars, list[Floats]]]:
        """Advances over long bars block by block, and gives each with its outputs, good until the next."""
        size = block or (WIDE_BLOCK if self.instruments >= WIDE else LONG_BLOCK)
        for start in range(0, len(bars), size):
            part = bars.slice(start, min(start + size, len(bars)))
            yield part, self.advance(part)

    def rest(self) -> None:
        """Gives back the memory that large blocks took; outputs of the last one stay with who holds them."""
        self._results = {}
        self._crew.rest()

    def ready(self, side: str) -> npt.NDArray[np.int64]:
        """int64[N]: the first bar of the last block at which all nodes of the side have been known.

        0 where they had been before, the number of bars where they have not been yet.
        """
        places = list(self.plan.sides[side])
        if self._first is not None:
            first = self._first[places].max(axis=0, initial=0.0)
            return np.asarray(np.minimum(first, self._bars), dtype=np.int64)
        if not self._pending.size:
            return np.zeros(self.instruments, dtype=np.int64)
        is_ready = self._state.known[places].all(axis=0)
        return np.asarray(np.where(is_ready, 0, self._bars), dtype=np.int64)

    def snapshot(self, rows: Sequence[int] | None = None) -> bytes:
        """The state, of all instruments or of some."""
        return self._state.snapshot(rows)

    def restore(self, snapshot: bytes, rows: Sequence[int] | None = None) -> None:
        """Goes on from a snapshot, of all instruments or of some; BadSnapshot if it is of another plan."""
        self._state.restore(snapshot, rows)
        self._first = None
        self._set_pending()

    def _set_pending(self) -> None:
        self._pending = np.flatnonzero((self._state.known == 0.0).any(axis=0))

    def _is_watching(self, bars: Bars) -> bool:
        # Instruments that wait for their first bars cost nothing until these come.
        self._first = None
        if not self._pending.size:
            return False
        return not bool(np.isnan(bars.close[self._pending]).all())

    def _advance_small(self, bars: Bars, is_watching: bool) -> Mapping[int, Floats]:
        key = (len(bars), is_watching)
        if key not in self._frames:
            if len(self._frames) >= KEPT_FRAMES:
                self._frames.pop(next(iter(self._frames)))
            self._frames[key] = self._bound(len(bars), is_watching)
        block, frame = self._frames[key]
        for name, kept in block.fields.items():
            if name != "where":
                np.copyto(kept, getattr(bars, name))
        self._watch(block.first)
        frame.run()
        return block.results

    def _bound(self, width: int, is_watching: bool) -> tuple[Block, Frame]:
        shape = (self.instruments, width)
        fields = {name: np.empty((1, width) if name == "time" else shape) for name in self._used}
        fields |= _where(width) if "where" in self._used else {}
        results, first = _outputs(self.plan, fields, {}), self._unset_first(is_watching)
        block = Block(slice(None), fields, results, first, math.inf)
        return block, self._small.bind(block, Arena())

    def _advance_large(self, bars: Bars, is_watching: bool) -> Mapping[int, Floats]:
        fields = {name: getattr(bars, name) for name in self._used if name in INPUTS}
        fields |= {"time": bars.time.astype(float)[None, :]} if "time" in self._used else {}
        fields |= _where(len(bars)) if "where" in self._used else {}
        self._results = results = _outputs(self.plan, fields, self._results)
        first, span = self._unset_first(is_watching), float(bars.time[-1] - bars.time[0])
        self._watch(first)
        self._crew.run(Block(slice(0, self.instruments), fields, results, first, span))
        return results

    def _unset_first(self, is_watching: bool) -> Floats | None:
        return np.empty((len(self.plan.watched), self.instruments)) if is_watching else None

    def _watch(self, first: Floats | None) -> None:
        """What has been known before is ready from the first bar on, all else not until it is found."""
        self._first = first
        if first is not None:
            np.copyto(first, np.where(self._state.known == 1.0, 0.0, np.inf))


def _where(width: int) -> dict[str, Floats]:
    return {"where": np.arange(width, dtype=float)[None, :]}


def _outputs(plan: Plan, fields: Mapping[str, Floats], before: Mapping[int, Floats]) -> dict[int, Floats]:
    """An array for each output: the bar's own, else that of before if it fits, else a fresh one."""
    shape = fields["close"].shape
    names = {register: name for name, register in plan.base.fields.items()}
    results = {}
    for register in plan.outputs:
        kept = before.get(register)
        if register in names:
            results[register] = fields[names[register]]
        else:
            results[register] = kept if kept is not None and kept.shape == shape else np.empty(shape)
    return results


def _used_fields(plan: Plan) -> set[str]:
    """The fields of the bar that anything reads, and the close."""
    read = {r for level in plan.base.walk() for step in level.steps for r in step.ins}
    read |= {*plan.outputs, *plan.watched}
    used = {"close"} | {name for name, register in plan.base.fields.items() if register in read}
    if plan.base.below:
        used |= {"time", "where", *INPUTS}
    if plan.watched:
        used.add("where")
    return used

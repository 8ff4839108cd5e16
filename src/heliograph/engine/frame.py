"""A plan bound to arrays: the kernel calls of one block, ready to be made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from heliograph.engine.bars import INPUTS, Floats
from heliograph.engine.entries import Entry, entry, is_flat
from heliograph.engine.plan import FIELDS, Level, Plan, Step
from heliograph.engine.state import State

Call: TypeAlias = tuple[Entry, tuple[object, ...]]

NOTHING = np.empty(0)
SHARED = ("time", "where")
MONTH_MS = 28 * 86_400_000


class Arena:
    """Scratch arrays by name, kept from block to block."""

    def __init__(self) -> None:
        self._floats: dict[object, Floats] = {}

    def take(self, name: object, rows: int, width: int) -> Floats:
        """float64[rows, width]; what was there before is lost."""
        floats = self._floats.get(name)
        if floats is None or floats.size < rows * width:
            floats = self._floats[name] = np.empty(rows * width)
        return floats[: rows * width].reshape(rows, width)


@dataclass(slots=True)
class Frame:
    """The calls of one level: first the levels below, where they have bars, then its own steps."""

    steps: list[list[Call]] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    below: list[tuple[Call, Floats, "Frame"]] = field(default_factory=list)

    def run(self) -> None:
        """Makes the calls one after the other."""
        self.run_below()
        for call, args in self.calls:
            call(*args)

    def run_below(self) -> None:
        """Builds the bars of higher timeframes, and computes on those that became visible."""
        for (call, args), counts, frame in self.below:
            call(*args)
            if counts.any():
                frame.run()


@dataclass(frozen=True, slots=True)
class Block:
    """Which rows are bound to what: base fields float64[n, B], results by register, `first` float64[K, n].

    `first` is None where nobody waits for a first known value. `span` is the time from the first bar to the
    last in ms, infinite where the frame serves many blocks.
    """

    rows: slice
    fields: Mapping[str, Floats]
    results: Mapping[int, Floats]
    first: Floats | None
    span: float

    @property
    def shape(self) -> tuple[int, int]:
        """Instruments and bars."""
        rows, width = self.fields["close"].shape
        return rows, width

    def stretch(self, start: int, stop: int) -> "Block":
        """The bars start to stop - 1 of one instrument."""
        fields = {name: array[:, start:stop] for name, array in self.fields.items()}
        results = {register: array[:, start:stop] for register, array in self.results.items()}
        return Block(self.rows, fields, results, self.first, self.span)

    def lane(self, start: int, stop: int) -> "Block":
        """The rows start to stop - 1 of a block of all rows."""
        fields = {name: array if name in SHARED else array[start:stop] for name, array in self.fields.items()}
        results = {register: array[start:stop] for register, array in self.results.items()}
        first = None if self.first is None else self.first[:, start:stop]
        return Block(slice(start, stop), fields, results, first, self.span)


class Binder:
    """Binds a plan to arrays; `reuse` gives an array to another node once its last reader has read it."""

    def __init__(self, plan: Plan, state: State, *, reuse: bool) -> None:
        self.plan, self.state = plan, state
        self.slots = _slots(plan, reuse=reuse)
        self.watched = {register: place for place, register in enumerate(plan.watched)}
        self.constants = {register: np.array([[value]]) for register, value in plan.constants.items()}
        self.params = {
            id(step): np.array(step.params, dtype=float) for level in plan.base.walk() for step in level.steps
        }

    def bind(self, block: Block, arena: Arena) -> Frame:
        """The calls for one block."""
        arrays: dict[int, Floats] = dict(self.constants) | dict(block.results)
        for name, register in self.plan.base.fields.items():
            if name in block.fields:
                arrays[register] = block.fields[name]
        return self._level(self.plan.base, block, arrays, arena)

    def _level(self, level: Level, block: Block, arrays: dict[int, Floats], arena: Arena) -> Frame:
        frame = Frame()
        for lower in level.below:
            frame.below.append(self._resampled(level, lower, block, arrays, arena))
        inputs = [self._scan(level, register, block, arrays) for register in level.fields.values()]
        frame.calls = [call for scan in inputs for call in scan]
        rows, width = arrays[level.fields["close"]].shape
        for step, state in zip(level.steps, self.state.steps[level.domain], strict=True):
            for out in step.outs:
                if out not in arrays:
                    arrays[out] = arena.take((level.domain, self.slots[out]), rows, width)
            scans = [call for out in step.outs for call in self._scan(level, out, block, arrays)]
            frame.steps.append([self._call(step, state[block.rows], arrays), *scans])
            frame.calls.extend(frame.steps[-1])
        return frame

    def _call(self, step: Step, state: Floats, arrays: Mapping[int, Floats]) -> Call:
        ins, outs = tuple(arrays[r] for r in step.ins), tuple(arrays[r] for r in step.outs)
        if is_flat(step.kernel):
            ins, outs = tuple(a.reshape(-1) for a in ins), tuple(a.reshape(-1) for a in outs)
        return entry(step.kernel, len(ins), len(outs)), (ins, self.params[id(step)], state, outs)

    def _resampled(
        self, level: Level, lower: Level, block: Block, arrays: dict[int, Floats], arena: Arena
    ) -> tuple[Call, Floats, Frame]:
        rows, width = arrays[level.fields["close"]].shape
        periods = min(width, block.span // (lower.length or MONTH_MS) + 4) + 1
        for name in FIELDS:
            size = 1 if name == "counts" else int(periods)
            arrays[lower.fields[name]] = arena.take((lower.domain, name), rows, size)
        ins = tuple(arrays[level.fields[name]] for name in ("time", "where", *INPUTS))
        outs = tuple(arrays[lower.fields[name]] for name in FIELDS)
        params = np.array([lower.length, lower.offset, lower.bar], dtype=float)
        args = ins, params, self.state.resampling[lower.domain][block.rows], outs
        call = entry("timeframes.resample", len(ins), len(outs)), args
        return call, outs[-1], self._level(lower, block, arrays, arena)

    def _scan(self, level: Level, register: int, block: Block, arrays: Mapping[int, Floats]) -> list[Call]:
        if block.first is None or register not in self.watched:
            return []
        place = self.watched[register]
        known = self.state.known[place, block.rows].reshape(-1, 1)
        ins = arrays[register], arrays[level.fields["where"]]
        outs = (block.first[place].reshape(-1, 1),)
        return [(entry("timeframes.first_known", 2, 1), (ins, NOTHING, known, outs))]


def _slots(plan: Plan, *, reuse: bool) -> dict[int, int]:
    """An array for each register that a step fills; without reuse each its own."""
    holding = {
        r
        for level in plan.base.walk()
        for step in level.steps
        if step.kernel.endswith(".hold")
        for r in step.ins
    }
    slots: dict[int, int] = {}
    for level in plan.base.walk():
        last = {register: place for place, step in enumerate(level.steps) for register in step.ins}
        kept = holding if level is not plan.base else set()
        _fill(slots, level.steps, last, kept, reuse=reuse)
    return slots


def _fill(
    slots: dict[int, int], steps: Sequence[Step], last: Mapping[int, int], kept: set[int], *, reuse: bool
) -> None:
    free: list[int] = []
    count = 0
    for place, step in enumerate(steps):
        for out in step.outs:
            if not free:
                free, count = [count], count + 1
            slots[out] = free.pop()
        if reuse:
            done = {r for r in (*step.ins, *step.outs) if last.get(r, -1) <= place}
            free.extend(slots[r] for r in done if r in slots and r not in kept)

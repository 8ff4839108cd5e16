"""One block of bars through plan and exits: arithmetic only, nothing is stored here."""

from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Bars, Times
from heliograph.engine.exits import Events
from heliograph.signals.block import newest, without
from heliograph.signals.compiled import Compiled
from heliograph.signals.state import ShardState


@dataclass(frozen=True, slots=True)
class Step:
    """What a block brought.

    `events` speak of rows of the shard, `watermarks` int64[N] are those after the step, `block` is what was
    evaluated. `held` are the rows that stand before a bar which only finer data can decide.
    """

    block: Bars
    events: Events
    watermarks: Times
    held: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finer:
    """Finer bars for a strategy that asks for them. `hold`: where they are lacking an instrument waits."""

    bars: Bars | None = None
    hold: bool = False


NO_FINER = Finer()


def advance(
    state: ShardState, bars: Bars, compiled: Compiled, *, enters: bool, finer: Finer = NO_FINER
) -> Step:
    """Advances a shard's state over a block; without `enters` no candidate is made (a retired version).

    Rows that are held back stop before their undecided bar, with all their state.
    """
    before = state.runner.snapshot() if finer.hold else b""
    state.is_sound = False
    inputs = compiled.inputs(state.runner, state.runner.advance(bars), enters=enters)
    events = state.exits.advance(
        bars, inputs, finer=finer.bars, timeframe=compiled.timeframe, hold=finer.hold
    )
    held = np.flatnonzero(events.consumed < len(bars)) if finer.hold else np.empty(0, dtype=np.int64)
    if len(held):
        bars = without(bars, np.arange(len(bars))[None, :] >= events.consumed[:, None])
        state.runner.restore(before)
        if len(bars):
            state.runner.advance(bars)
    if not len(bars):
        state.is_sound = True
    return Step(bars, events, newest(bars, state.stand.watermarks), tuple(held.tolist()))

"""The engine state of a shard: kept in memory, else from a checkpoint, else from the origin."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from heliograph.engine.bars import Times
from heliograph.engine.exits import Exits
from heliograph.engine.runner import Runner
from heliograph.engine.timeframe import Timeframe
from heliograph.market.bars import load_bars
from heliograph.signals.block import between, windows
from heliograph.signals.checkpoints import restore_newest
from heliograph.signals.compiled import Compiled
from heliograph.signals.patience import Expectation
from heliograph.signals.readings import Gaps
from heliograph.signals.stand import Stand
from heliograph.signals.state_cache import hand_over, restore_kept


@dataclass(slots=True)
class ShardState:
    """A shard and its engine state.

    `is_sound` while the engine is where the stand and the rows say, which it is not within a step. `unsaved`
    counts bars since the checkpoint; `gaps` is what the gates last counted.
    """

    stand: Stand
    runner: Runner
    exits: Exits
    expectation: Expectation
    unsaved: int = 0
    is_sound: bool = True
    gaps: Gaps | None = None


class StateMemory:
    """The states that this process holds, the least used of them forgotten first.

    A state is taken out while it is worked with, so that two threads never share one, and is only good for
    the epoch that the row says.
    """

    def __init__(self, most: int = 256):
        self.most = most
        self._states: OrderedDict[int, ShardState] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, progress_id: int, *, epoch: int) -> ShardState | None:
        """The state of that epoch, or None; any other is forgotten."""
        with self._lock:
            state = self._states.pop(progress_id, None)
        return state if state and state.stand.epoch == epoch else None

    def holds(self, progress_id: int, *, epoch: int) -> bool:
        """True if the state of that epoch is here; it is then the last to be forgotten."""
        with self._lock:
            state = self._states.get(progress_id)
            if state is None or state.stand.epoch != epoch:
                return False
            self._states.move_to_end(progress_id)
            return True

    def keep(self, state: ShardState) -> None:
        """Hold a state for the next step."""
        with self._lock:
            self._states[state.stand.progress_id] = state
            while len(self._states) > self.most:
                self._states.popitem(last=False)

    def hand_over(self) -> int:
        """Leave all states to the processes that advance their shards next; how many."""
        with self._lock:
            states, self._states = self._states, OrderedDict()
        return hand_over((one.stand, one.runner, one.unsaved) for one in states.values() if one.is_sound)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._states.clear()


MEMORY = StateMemory()


def load_state(stand: Stand, compiled: Compiled) -> ShardState:
    """The state at the stand's watermarks: what another process left, or replayed over stored candles from
    where a checkpoint or the origin is.

    The slots come from the row, never from a replay.
    """
    runner = Runner(compiled.plan, instruments=len(stand))
    replayed = restore_kept(runner, stand)
    if replayed is None:
        reached = restore_newest(runner, stand)
        replayed = replay(runner, stand, reached, timeframe=compiled.timeframe)
    exits = Exits.from_slots(compiled.rules, stand.slots, instruments=len(stand))
    expectation = Expectation.read(stand.instruments.tolist(), compiled.timeframe)
    return ShardState(stand, runner, exits, expectation, unsaved=replayed)


def replay(runner: Runner, stand: Stand, reached: Times, *, timeframe: Timeframe) -> int:
    """Advances the indicators alone from `reached` to the watermarks; returns how many bars that were."""
    todo = reached < stand.watermarks
    if not todo.any():
        return 0
    bars = 0
    first, last = int(reached[todo].min()) + 1, int(stand.watermarks[todo].max())
    for start, end in windows(timeframe, first, last, instruments=len(stand)):
        block = load_bars(
            instruments=stand.instruments.tolist(), timeframe=timeframe.name, start=start, end=end
        )
        block = between(block, reached, stand.watermarks)
        if len(block):
            runner.advance(block)
            bars += len(block)
    return bars

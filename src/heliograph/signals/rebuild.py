"""The indicators of one instrument computed anew, from where its candles were still what they are today."""

from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import INPUTS, Bars, Floats
from heliograph.engine.exits import Inputs
from heliograph.engine.runner import Runner
from heliograph.market.bars import load_bars
from heliograph.signals.block import windows
from heliograph.signals.checkpoints import restore_newest
from heliograph.signals.compiled import Compiled
from heliograph.signals.stand import Stand


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Bars of one instrument from some bar on, the plan's inputs to the exits at them, and the state behind
    them. There may be no such bars any more.

    `ready` says by side the column from which it may fire (the width where it may not).
    """

    bars: Bars
    inputs: Inputs
    state: bytes


def rebuild(stand: Stand, row: int, compiled: Compiled, *, since: int) -> Rebuilt:
    """Replays a row over today's candles up to its watermark, keeping what it gives from `since` on."""
    runner, reached = _begin(stand, row, compiled, since=since)
    blocks: list[Bars] = []
    outputs: list[list[Floats]] = []
    ready: dict[str, list[int]] = {}
    timeframe, last = compiled.timeframe, int(stand.watermarks[row])
    for start, end in windows(timeframe, reached + 1, last, instruments=1):
        bars = load_bars(
            instruments=[int(stand.instruments[row])], timeframe=timeframe.name, start=start, end=end
        )
        for part in _halves(bars, since):
            values = [output.copy() for output in runner.advance(part)]
            if part.time[0] >= since:
                for side in compiled.plan.sides:
                    ready.setdefault(side, []).append(int(runner.ready(side)[0]))
                blocks.append(part)
                outputs.append(values)
    if not blocks:
        nothing = _no_bars()
        blocks, outputs = [nothing], [runner.advance(nothing)]
        ready = {side: [0] for side in compiled.plan.sides}
    bars = _joined(blocks)
    columns = [np.concatenate(values, axis=1) for values in zip(*outputs, strict=True)]
    firsts = {side: _first(found, [len(block) for block in blocks]) for side, found in ready.items()}
    inputs = compiled.strategy_plan.inputs(columns, lambda side: np.array([firsts[side]], dtype=np.int64))
    return Rebuilt(bars, inputs, runner.snapshot())


def _begin(stand: Stand, row: int, compiled: Compiled, *, since: int) -> tuple[Runner, int]:
    """A runner of one row at the last good checkpoint before `since`, or at the origin."""
    whole = Runner(compiled.plan, instruments=len(stand))
    reached = int(restore_newest(whole, stand, row=row, before=since)[row])
    runner = Runner(compiled.plan, instruments=1)
    runner.restore(whole.snapshot(rows=[row]))
    return runner, reached


def _halves(bars: Bars, since: int) -> list[Bars]:
    """The bars before and from `since` on, as far as there are any."""
    cut = int(bars.time.searchsorted(since))
    return [part for part in (bars.slice(0, cut), bars.slice(cut, len(bars))) if len(part)]


def _no_bars() -> Bars:
    return Bars(np.empty(0, dtype=np.int64), *(np.empty((1, 0)) for _ in INPUTS))


def _joined(blocks: list[Bars]) -> Bars:
    def column(name: str) -> Floats:
        return np.concatenate([getattr(block, name) for block in blocks], axis=1)

    time = np.concatenate([block.time for block in blocks])
    return Bars(time, *(column(name) for name in ("open", "high", "low", "close", "volume")))


def _first(ready: list[int], widths: list[int]) -> int:
    """The first column of all blocks from which a side may fire, by what each block says."""
    start = 0
    for column, width in zip(ready, widths, strict=True):
        if column < width:
            return start + column
        start += width
    return start

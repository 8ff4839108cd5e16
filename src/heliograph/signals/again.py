"""Signals lived again with today's candles: what their outcomes would be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from heliograph.engine.bars import Bars
from heliograph.engine.exits import Exits, Inputs, Rules, SideInputs
from heliograph.engine.timeframe import Timeframe
from heliograph.market.wire import to_ms
from heliograph.signals.lives import Key, Life, gather
from heliograph.signals.models import Outcome, Signal
from heliograph.signals.rows import SIGNS

# Most trades end within so many bars.
STRIDE = 512


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bars of one instrument with the values of `exit` of both sides at them, float64[1, B] or None."""

    bars: Bars
    exits: dict[str, "np.ndarray | None"]
    finer: Bars | None
    timeframe: Timeframe


def live_again(signal: Signal, others: Sequence[Signal], rules: Rules, stretch: Stretch) -> Life:
    """How a published signal would go on, its levels as they were published, with the candles of a stretch.

    `others` are the candidates of the other side that would close it. The stretch begins at or before the
    signal's bar; where it ends before the signal does, the life is open or pending.
    """
    free = replace(rules, min_confidence=None, min_reward_risk=None, cooldown=0)
    exits, key = Exits(free, instruments=1), Key(0, SIGNS[signal.side], to_ms(signal.bar_time))
    start = int(stretch.bars.time.searchsorted(key.time))
    # Levels on the wrong side of today's close: the entry would not be taken.
    life = Life(Outcome.State.MISSED)
    for place in range(start, len(stretch.bars), STRIDE):
        part = stretch.bars.slice(place, min(place + STRIDE, len(stretch.bars)))
        inputs = _inputs([signal, *others], rules, part, stretch, place)
        told = gather(
            exits.advance(part, inputs, finer=stretch.finer, timeframe=stretch.timeframe), alert_only=False
        )
        life = _followed(life, told.get(key))
        if life.is_over:
            break
    return life


def _followed(life: Life, told: Life | None) -> Life:
    """What was known, with what a later stretch tells."""
    if told is None:
        return life
    if told.entry_time is None:
        told.entry_time, told.entry_price = life.entry_time, life.entry_price
    told.parts[:0] = life.parts
    return told


def _inputs(signals: Sequence[Signal], rules: Rules, part: Bars, stretch: Stretch, place: int) -> Inputs:
    """What the exits need, with the candidates and the levels that the rows say."""
    sides = {}
    for name, ruled in (("long", rules.long), ("short", rules.short)):
        if ruled is not None:
            values = stretch.exits[name]
            sides[name] = SideInputs(
                exit=None if values is None else np.ascontiguousarray(values[:, place : place + len(part)]),
                **_levels([one for one in signals if one.side == name], part, len(ruled.fractions)),
            )
    sure = np.ones((1, len(part)))
    return Inputs(sides.get("long"), sides.get("short"), confidence=sure if rules.confidence else None)


def _levels(signals: Sequence[Signal], part: Bars, targets: int) -> dict:
    enter, stop = np.zeros((1, len(part))), np.full((1, len(part)), np.nan)
    levels = [np.full((1, len(part)), np.nan) for _ in range(targets)]
    for signal in signals:
        column = int(part.time.searchsorted(to_ms(signal.bar_time)))
        if column < len(part) and part.time[column] == to_ms(signal.bar_time):
            enter[0, column] = 1.0
            stop[0, column] = np.nan if signal.stop is None else signal.stop
            for values, target in zip(levels, signal.targets, strict=True):
                values[0, column] = target
    return {"enter": enter, "stop": stop, "targets": tuple(levels)}

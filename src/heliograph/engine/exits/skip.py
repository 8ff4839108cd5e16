"""Passes over the bars on which nothing can happen. Compiled.

Most bars change nothing but a count and two extremes; these are kept here, with the same bits as bar by bar.
"""

from typing import TypeAlias

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined
from heliograph.engine.exits.records import (
    BARS_HELD,
    COOLDOWN_LEFT,
    FREE,
    HELD,
    HIGH,
    LOW,
    PHASE,
    STOP,
    TAKEN,
    TARGET,
    WAITING,
    Block,
    Prices,
)
from heliograph.engine.exits.rules import EXPIRES, PER_SIDE, SIDE
from heliograph.engine.exits.trade import LONG_SLOT, SHORT_SLOT

Marks: TypeAlias = tuple[Floats, Floats]


@inlined
def row(values: Floats, n: int) -> int:
    """The row of instrument n; a single row serves all."""
    return n if len(values) > 1 else 0


@inlined
def skip(slots: Floats, rules: Floats, i: int, n: int, block: Block) -> int:
    """The first bar from i on at which something could happen; counts and extremes of those before it are
    kept.
    """
    long, short = slots[0], slots[1]
    enters_long = block.long.enter[row(block.long.enter, n)]
    enters_short = block.short.enter[row(block.short.enter, n)]
    if long[WAITING] + short[WAITING] > 0.0 or long[PHASE] > HELD or short[PHASE] > HELD:
        return i
    if long[PHASE] == FREE and short[PHASE] == FREE:
        return skip_free(slots, i, block.prices.close[n], enters_long, enters_short)
    if long[PHASE] == HELD and short[PHASE] == HELD:
        return i
    if long[PHASE] == HELD:
        exits = block.long.exit[row(block.long.exit, n)]
        return skip_held(slots, LONG_SLOT, rules, i, n, block.prices, (exits, enters_short))
    exits = block.short.exit[row(block.short.exit, n)]
    return skip_held(slots, SHORT_SLOT, rules, i, n, block.prices, (exits, enters_long))


@inlined
def skip_free(slots: Floats, i: int, close: Floats, long_enter: Floats, short_enter: Floats) -> int:
    """Both slots are free: the next bar on which a side wants to enter."""
    bars = len(close)
    cooling = max(slots[0, COOLDOWN_LEFT], slots[1, COOLDOWN_LEFT])
    while cooling > 0.0 and i < bars and not (long_enter[i] > 0.0 or short_enter[i] > 0.0):
        if close[i] == close[i]:
            cool(slots[0], 1.0)
            cool(slots[1], 1.0)
            cooling -= 1.0
        i += 1
    while i < bars and not (long_enter[i] > 0.0 or short_enter[i] > 0.0):
        i += 1
    return i


@inlined
def cool(slot: Floats, bars: float) -> None:
    """Count bars of a cooldown."""
    slot[COOLDOWN_LEFT] = max(slot[COOLDOWN_LEFT] - bars, 0.0)


@inlined
def skip_held(slots: Floats, side: int, rules: Floats, i: int, n: int, prices: Prices, marks: Marks) -> int:
    """One slot holds a trade: the next bar that touches a level, expires it, or is marked.

    `marks` are the rows of its own exits and of the other side's entries.
    """
    slot, (exits, enters) = slots[side], marks
    below, above = triggers(slot, side)
    expires = rules[SIDE + PER_SIDE * side + EXPIRES]
    last = expires - 1.0 if expires > 0.0 else np.inf
    held, top, bottom = slot[BARS_HELD], slot[HIGH], slot[LOW]
    opens, highs, lows, closes = prices.open[n], prices.high[n], prices.low[n], prices.close[n]
    while i < len(closes) and held < last and not (exits[i] > 0.0 or enters[i] > 0.0):
        if closes[i] == closes[i]:
            first, high, low = opens[i], highs[i], lows[i]
            if low <= below or high >= above or first <= below or first >= above:
                break
            held += 1.0
            top, bottom = max(top, high), min(bottom, low)
        i += 1
    cool(slots[1 - side], held - slot[BARS_HELD])
    slot[BARS_HELD], slot[HIGH], slot[LOW] = held, top, bottom
    return i


@inlined
def triggers(slot: Floats, side: int) -> tuple[float, float]:
    """The prices at or below and at or above which a held trade may be left."""
    nearest = np.inf
    for k in range(3):
        if not int(slot[TAKEN]) & (1 << k) and slot[TARGET + k] == slot[TARGET + k]:
            nearest = min(nearest, slot[TARGET + k]) if side == 0 else min(nearest, -slot[TARGET + k])
    stop = slot[STOP] if slot[STOP] == slot[STOP] else (-np.inf if side == 0 else np.inf)
    return (stop, nearest) if side == 0 else (-nearest, stop)

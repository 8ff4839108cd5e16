"""The exits kernel: the slots of N instruments advanced over a block of B bars.

`step` does everything that can happen on one bar. Most bars change nothing but a count and two extremes; `skip` passes
over them and stops at each bar on which something could happen, so that it changes no result.
"""

import numpy as np

from heliograph.engine.compiled import inlined, kernel
from heliograph.engine.exits.candidates import Levels, candidate, slot_is_free
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
)
from heliograph.engine.exits.rules import EXPIRES, HAS_SIDE, IGNORE, OPPOSITE, PER_SIDE, SIDE
from heliograph.engine.exits.trade import (
    BY_END,
    Bar,
    close_of_bar,
    leave,
    leave_at_market,
    open_of_bar,
    through_bar,
)

# The most rows that one bar of one instrument can add to each of the four record arrays.
ROOM = 8


@kernel
def advance(state, rules, prices, sides, confidence, finer, hold, book):
    """Advance every instrument from book.consumed to the end of the block or to finer bars that it has to wait for.

    `state` is float64[N, 2, SLOT_WIDTH]. Returns False when the book is full: empty it and call again.
    """
    for n in range(len(state)):
        slots, i = state[n], book.consumed[n]
        while book.held_back[n] == 0:
            i = skip(slots, rules, i, n, prices, sides)
            book.consumed[n] = i
            if i >= len(prices.time):
                break
            if full(book):
                return False
            if hold:
                copy(slots, book.used, book.undo_slots, book.undo_used)
            if step(slots, rules, i, n, prices, sides, confidence, finer, hold, book):
                i += 1
            else:
                copy(book.undo_slots, book.undo_used, slots, book.used)
                book.held_back[n] = 1
    return True


@inlined
def step(slots, rules, i, n, prices, sides, confidence, finer, hold, book):
    """Everything that bar i of instrument n does. False if it has to wait for finer bars: then undo it."""
    bar = Bar(
        n, i, prices.time[i], prices.open[n, i], prices.high[n, i], prices.low[n, i], prices.close[n, i]
    )
    if bar.close != bar.close:
        return True
    long, short = sides
    exits_long, exits_short = long.exit[row(long.exit, n), i] > 0.0, short.exit[row(short.exit, n), i] > 0.0
    if not trade_on_bar(slots[0], 0, rules, bar, exits_long, finer, hold, book):
        return False
    if not trade_on_bar(slots[1], 1, rules, bar, exits_short, finer, hold, book):
        return False
    wants_long = wants(slots[0], 0, long, rules, i, n)
    wants_short = wants(slots[1], 1, short, rules, i, n)
    both = wants_long and wants_short and rules[OPPOSITE] != IGNORE
    if wants_long:
        candidate(slots, 0, levels(long, confidence, i, n), both, rules, bar, book)
    if wants_short:
        candidate(slots, 1, levels(short, confidence, i, n), both, rules, bar, book)
    return True


@inlined
def copy(from_slots, from_used, to_slots, to_used):
    """Copy the slots of an instrument and the counts of the book."""
    for side in range(2):
        for field in range(from_slots.shape[1]):
            to_slots[side, field] = from_slots[side, field]
    for kind in range(4):
        to_used[kind] = from_used[kind]


@inlined
def row(values, n):
    """The row of instrument n; a single row serves all."""
    return n if len(values) > 1 else 0


@inlined
def trade_on_bar(slot, side, rules, bar, exits, finer, hold, book):
    """What this bar does to one slot before new candidates. False if it has to wait for finer bars."""
    if slot[COOLDOWN_LEFT] > 0.0:
        slot[COOLDOWN_LEFT] -= 1.0
    open_of_bar(slot, side, rules, bar, book)
    if slot[PHASE] != HELD:
        return True
    slot[BARS_HELD] += 1.0
    if not through_bar(slot, side, rules, bar, finer, hold, book):
        return False
    if slot[PHASE] == HELD:
        reason = close_of_bar(slot, side, rules, bar, exits)
        if reason >= 0:
            leave_at_market(slot, side, bar.close, reason, rules, bar, book)
    return True


@inlined
def wants(slot, side, inputs, rules, i, n):
    """True if this side makes a candidate at the close of bar i."""
    if rules[SIDE + PER_SIDE * side + HAS_SIDE] == 0.0 or i < inputs.ready[n] or not slot_is_free(slot):
        return False
    return inputs.enter[row(inputs.enter, n), i] > 0.0


@inlined
def levels(inputs, confidence, i, n):
    """What a candidate of bar i is judged by."""
    return Levels(
        inputs.stop[row(inputs.stop, n), i],
        inputs.target1[row(inputs.target1, n), i],
        inputs.target2[row(inputs.target2, n), i],
        inputs.target3[row(inputs.target3, n), i],
        confidence[row(confidence, n), i],
    )


@inlined
def full(book):
    """True if one more bar could overflow the book; an array without rows records nothing."""
    return (
        (len(book.candidates) > 0 and book.used[0] + ROOM > len(book.candidates))
        or book.used[1] + ROOM > len(book.entries)
        or (len(book.parts) > 0 and book.used[2] + ROOM > len(book.parts))
        or book.used[3] + ROOM > len(book.exits)
    )


@inlined
def skip(slots, rules, i, n, prices, sides):
    """The first bar from i on at which something could happen; counts and extremes of those before it are kept."""
    long, short = slots[0], slots[1]
    if long[WAITING] + short[WAITING] > 0.0 or long[PHASE] > HELD or short[PHASE] > HELD:
        return i
    if long[PHASE] == FREE and short[PHASE] == FREE:
        enters = (sides[0].enter[row(sides[0].enter, n)], sides[1].enter[row(sides[1].enter, n)])
        return skip_free(slots, i, prices.close[n], enters[0], enters[1])
    if long[PHASE] == HELD and short[PHASE] == HELD:
        return i
    if long[PHASE] == HELD:
        exits, enters = sides[0].exit[row(sides[0].exit, n)], sides[1].enter[row(sides[1].enter, n)]
        return skip_held(slots, 0, rules, i, n, prices, exits, enters)
    exits, enters = sides[1].exit[row(sides[1].exit, n)], sides[0].enter[row(sides[0].enter, n)]
    return skip_held(slots, 1, rules, i, n, prices, exits, enters)


@inlined
def skip_free(slots, i, close, long_enter, short_enter):
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
def cool(slot, bars):
    """Count bars of a cooldown."""
    slot[COOLDOWN_LEFT] = max(slot[COOLDOWN_LEFT] - bars, 0.0)


@inlined
def skip_held(slots, side, rules, i, n, prices, exits, enters):
    """One slot holds a trade: the next bar that touches a level or the last one, is marked by `exits`, or on which the
    other side `enters`."""
    slot = slots[side]
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
def triggers(slot, side):
    """The prices at or below and at or above which a held trade may be left."""
    nearest = np.inf
    for k in range(3):
        if not int(slot[TAKEN]) & (1 << k) and slot[TARGET + k] == slot[TARGET + k]:
            nearest = min(nearest, slot[TARGET + k]) if side == 0 else min(nearest, -slot[TARGET + k])
    stop = slot[STOP] if slot[STOP] == slot[STOP] else (-np.inf if side == 0 else np.inf)
    return (stop, nearest) if side == 0 else (-nearest, stop)


@kernel
def finish(state, rules, times, closes, book):
    """Leave every trade still open at its instrument's last close, as `end`; `times` and `closes` have one per instrument.

    Nobody fills this order: it values what is open, so slippage does not apply. False when the book is full.
    """
    for n in range(len(state)):
        bar = Bar(n, 0, times[n], closes[n], closes[n], closes[n], closes[n])
        for side in range(2):
            if state[n, side, PHASE] != FREE:
                if full(book):
                    return False
                leave(state[n, side], side, bar.close, BY_END, rules, bar, book.exits, book.used)
    return True

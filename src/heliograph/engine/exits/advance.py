"""The exits kernel: the slots of N instruments advanced over a block of B bars.

`step` does everything that can happen on one bar; `skip` passes over the bars on which nothing can.
"""

from heliograph.engine.bars import Floats, Times
from heliograph.engine.compiled import inlined, kernel
from heliograph.engine.exits.candidates import Levels, candidate, slot_is_free
from heliograph.engine.exits.records import (
    BARS_HELD,
    COOLDOWN_LEFT,
    FREE,
    HELD,
    PHASE,
    Block,
    Book,
    Counts,
    SideArrays,
)
from heliograph.engine.exits.rules import HAS_SIDE, IGNORE, OPPOSITE, PER_SIDE, SIDE
from heliograph.engine.exits.skip import row, skip
from heliograph.engine.exits.trade import (
    BY_END,
    LONG_SLOT,
    SHORT_SLOT,
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
def advance(state: Floats, rules: Floats, block: Block, book: Book) -> bool:
    """Advance every instrument from book.consumed to the end of the block or to finer bars that it has to
    wait for.

    `state` is float64[N, 2, SLOT_WIDTH]. Returns False when the book is full: empty it and call again.
    """
    for n in range(len(state)):
        slots, i = state[n], book.consumed[n]
        while book.held_back[n] == 0:
            i = skip(slots, rules, i, n, block)
            book.consumed[n] = i
            if i >= len(block.prices.time):
                break
            if full(book):
                return False
            if block.hold:
                copy(slots, book.log.used, book.undo_slots, book.undo_used)
            if step(slots, rules, i, n, block, book):
                i += 1
            else:
                copy(book.undo_slots, book.undo_used, slots, book.log.used)
                book.held_back[n] = 1
    return True


@inlined
def step(slots: Floats, rules: Floats, i: int, n: int, block: Block, book: Book) -> bool:
    """Everything that bar i of instrument n does. False if it has to wait for finer bars: then undo it."""
    prices = block.prices
    bar = Bar(
        n, i, prices.time[i], prices.open[n, i], prices.high[n, i], prices.low[n, i], prices.close[n, i]
    )
    if bar.close != bar.close:
        return True
    long, short, confidence = block.long, block.short, block.confidence
    exits_long, exits_short = long.exit[row(long.exit, n), i] > 0.0, short.exit[row(short.exit, n), i] > 0.0
    if not trade_on_bar(slots[0], LONG_SLOT, rules, bar, exits_long, block, book):
        return False
    if not trade_on_bar(slots[1], SHORT_SLOT, rules, bar, exits_short, block, book):
        return False
    wants_long = wants(slots[0], LONG_SLOT, long, rules, i, n)
    wants_short = wants(slots[1], SHORT_SLOT, short, rules, i, n)
    both = wants_long and wants_short and rules[OPPOSITE] != IGNORE
    if wants_long:
        candidate(slots, LONG_SLOT, levels(long, confidence, i, n), both, rules, bar, book)
    if wants_short:
        candidate(slots, SHORT_SLOT, levels(short, confidence, i, n), both, rules, bar, book)
    return True


@inlined
def copy(from_slots: Floats, from_used: Counts, to_slots: Floats, to_used: Counts) -> None:
    """Copy the slots of an instrument and the counts of the book."""
    for side in range(2):
        for field in range(from_slots.shape[1]):
            to_slots[side, field] = from_slots[side, field]
    for kind in range(4):
        to_used[kind] = from_used[kind]


@inlined
def trade_on_bar(
    slot: Floats, side: int, rules: Floats, bar: Bar, exits: bool, block: Block, book: Book
) -> bool:
    """What this bar does to one slot before new candidates. False if it has to wait for finer bars."""
    if slot[COOLDOWN_LEFT] > 0.0:
        slot[COOLDOWN_LEFT] -= 1.0
    open_of_bar(slot, side, rules, bar, book)
    if slot[PHASE] != HELD:
        return True
    slot[BARS_HELD] += 1.0
    if not through_bar(slot, side, rules, bar, block, book):
        return False
    if slot[PHASE] == HELD:
        reason = close_of_bar(slot, side, rules, bar, exits)
        if reason >= 0:
            leave_at_market(slot, side, bar.close, reason, rules, bar, book)
    return True


@inlined
def wants(slot: Floats, side: int, inputs: SideArrays, rules: Floats, i: int, n: int) -> bool:
    """True if this side makes a candidate at the close of bar i."""
    if rules[SIDE + PER_SIDE * side + HAS_SIDE] == 0.0 or i < inputs.ready[n] or not slot_is_free(slot):
        return False
    return bool(inputs.enter[row(inputs.enter, n), i] > 0.0)


@inlined
def levels(inputs: SideArrays, confidence: Floats, i: int, n: int) -> Levels:
    """What a candidate of bar i is judged by."""
    return Levels(
        inputs.stop[row(inputs.stop, n), i],
        inputs.target1[row(inputs.target1, n), i],
        inputs.target2[row(inputs.target2, n), i],
        inputs.target3[row(inputs.target3, n), i],
        confidence[row(confidence, n), i],
    )


@inlined
def full(book: Book) -> bool:
    """True if one more bar could overflow the book; what is not recorded has no rows."""
    most = len(book.log.exits) - ROOM
    return bool(max(max(book.log.used[0], book.log.used[1]), max(book.log.used[2], book.log.used[3])) > most)


@kernel
def finish(state: Floats, rules: Floats, times: Times, closes: Floats, book: Book) -> bool:
    """Leave every trade still open at its instrument's last close, as `end`; `times` and `closes` have N
    each.

    Nobody fills this order: it values what is open, so slippage does not apply. False when the book is full.
    """
    for n in range(len(state)):
        bar = Bar(n, 0, times[n], closes[n], closes[n], closes[n], closes[n])
        for side in range(2):
            if state[n, side, PHASE] != FREE:
                if full(book):
                    return False
                leave(state[n, side], side, bar.close, BY_END, rules, bar, book.log)
    return True

"""One slot on one bar: how a trade is entered, gone through and left. Compiled; `slot` is one slot's row
of the state.

A short is the mirror image of a long: with `sign` 1 or -1, "at or beyond the stop" is sign * price <=
sign * stop, and negation is exact. A comparison with NaN is false, so a level that is not named is never
reached.
"""

from typing import NamedTuple, cast

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined, part
from heliograph.engine.exits.records import (
    BARS_HELD,
    COOLDOWN_LEFT,
    ENTRY_PRICE,
    ENTRY_TIME,
    FREE,
    HELD,
    HIGH,
    LEAVES_BY_EXIT,
    LOW,
    NEXT_SIGNAL_TIME,
    NEXT_STOP,
    NEXT_TARGET,
    PHASE,
    PROCEEDS,
    REMAINING,
    SIGNAL_TIME,
    SLOT_WIDTH,
    STOP,
    TAKEN,
    TARGET,
    TRADE_WIDTH,
    WAITING,
    Block,
    Book,
    Finer,
    Log,
    Row,
)
from heliograph.engine.exits.rules import (
    COOLDOWN,
    EXPIRES,
    FEE,
    FILL_CLOSE,
    FRACTION,
    INTRABAR,
    PER_SIDE,
    SIDE,
    SLIPPAGE,
    TARGETS,
)

# Numba compiles a function once more for each Python constant that it is called with, not so for NumPy's.
LONG_SLOT, SHORT_SLOT = (cast(int, np.int64(side)) for side in range(2))
BY_TARGET, BY_STOP, BY_EXIT, BY_OPPOSITE, BY_EXPIRY, BY_END = (cast(int, np.int64(k)) for k in range(6))
ENTERED, MISSED = cast(bool, np.bool_(False)), cast(bool, np.bool_(True))


class Bar(NamedTuple):
    """One bar of one instrument."""

    instrument: int
    place: int
    time: int
    open: float
    high: float
    low: float
    close: float


@inlined
def open_of_bar(slot: Floats, side: int, rules: Floats, bar: Bar, book: Book) -> None:
    """What happens at the open: an exit decided at the previous close, then the entry of a waiting signal."""
    if slot[PHASE] >= LEAVES_BY_EXIT:
        reason = BY_EXIT if slot[PHASE] == LEAVES_BY_EXIT else BY_OPPOSITE
        slot[BARS_HELD] += 1
        leave_at_market(slot, side, bar.open, reason, rules, bar, book)
    if slot[WAITING] != 0.0:
        sign = 1.0 - 2.0 * side
        price = sign * bar.open
        if price <= sign * slot[NEXT_STOP] or price >= sign * slot[NEXT_TARGET]:
            write_entry(slot[NEXT_SIGNAL_TIME], side, bar, bar.open, MISSED, book)
        else:
            enter(slot, side, bar.open, rules, bar, book)
        clear_waiting(slot)


@inlined
def clear_waiting(slot: Floats) -> None:
    """Forget the waiting signal."""
    for field in range(WAITING, SLOT_WIDTH):
        slot[field] = 0.0


@inlined
def enter(slot: Floats, side: int, price: float, rules: Floats, bar: Bar, book: Book) -> None:
    """Turn the waiting signal into a trade at `price`, which slippage worsens."""
    filled = price * (1.0 + (1.0 - 2.0 * side) * rules[SLIPPAGE])
    slot[PHASE] = HELD
    slot[SIGNAL_TIME] = slot[NEXT_SIGNAL_TIME]
    slot[STOP] = slot[NEXT_STOP]
    for k in range(3):
        slot[TARGET + k] = slot[NEXT_TARGET + k]
    slot[ENTRY_TIME] = bar.time
    slot[ENTRY_PRICE] = filled
    slot[BARS_HELD] = 0.0
    slot[REMAINING] = 1.0
    slot[PROCEEDS] = 0.0
    slot[TAKEN] = 0.0
    slot[HIGH] = filled
    slot[LOW] = filled
    if not book.only_missed:
        write_entry(slot[SIGNAL_TIME], side, bar, filled, ENTERED, book)


@inlined
def through_bar(slot: Floats, side: int, rules: Floats, bar: Bar, block: Block, book: Book) -> bool:
    """The held trade against this bar's open and extremes. False if it has to wait for finer bars."""
    open_against_levels(slot, side, rules, bar, book)
    if slot[PHASE] == FREE:
        return True
    reached, stopped = inside_bar(slot, side, rules, bar, block, book)
    if reached < 0:
        return False
    for k in range(3):
        if reached & (1 << k):
            take(slot, side, k, slot[TARGET + k], rules, bar, book)
    if stopped and slot[PHASE] != FREE:
        leave_at_market(slot, side, slot[STOP], BY_STOP, rules, bar, book)
    return True


@inlined
def open_against_levels(slot: Floats, side: int, rules: Floats, bar: Bar, book: Book) -> None:
    """An open at or beyond the stop leaves at the open, one at or beyond targets takes them there."""
    sign = 1.0 - 2.0 * side
    if sign * bar.open <= sign * slot[STOP]:
        leave_at_market(slot, side, bar.open, BY_STOP, rules, bar, book)
        return
    reached = targets_reached(slot, side, bar.open)
    if reached != 0:
        for k in range(3):
            if reached & (1 << k):
                take(slot, side, k, bar.open, rules, bar, book)


@inlined
def inside_bar(
    slot: Floats, side: int, rules: Floats, bar: Bar, block: Block, book: Book
) -> tuple[int, bool]:
    """The targets that count as taken inside the bar, as bits, and whether the stop follows; -1 to wait."""
    sign = 1.0 - 2.0 * side
    favourable, adverse = (bar.high, bar.low) if side == 0 else (bar.low, bar.high)
    stopped = sign * adverse <= sign * slot[STOP]
    reached = targets_reached(slot, side, favourable)
    if not stopped or reached == 0:
        return reached, stopped
    if rules[INTRABAR] == 0.0:
        return 0, True
    reached, stopped = first_inside(slot, side, bar, block.finer)
    if reached < 0 and not block.hold:
        book.undecided[bar.instrument] += 1
        return 0, True
    return reached, stopped


@inlined
def targets_reached(slot: Floats, side: int, price: float) -> int:
    """The targets not yet taken that `price` is at or beyond, as bits."""
    sign = 1.0 - 2.0 * side
    taken = int(slot[TAKEN])
    reached = 0
    for k in range(3):
        if sign * price >= sign * slot[TARGET + k] and not taken & (1 << k):
            reached |= 1 << k
    return reached


@inlined
def first_inside(slot: Floats, side: int, bar: Bar, finer: Finer) -> tuple[int, bool]:
    """The targets that finer bars reach before the stop, as bits, and whether the stop follows; -1 if
    they cannot tell.

    They can tell when together they reach both the stop and a target, as the bar did, and end the trade.
    Inside one of them the open counts first, then the stop.
    """
    sign = 1.0 - 2.0 * side
    stop = sign * slot[STOP]
    whole, seen, taken, ended, stopped = 0, False, 0, False, False
    for k in range(3):
        if slot[TARGET + k] == slot[TARGET + k] and not int(slot[TAKEN]) & (1 << k):
            whole |= 1 << k
    touched = 0
    for j in range(finer.start[bar.place], finer.stop[bar.place]):
        first = finer.open[bar.instrument, j]
        high, low = finer.high[bar.instrument, j], finer.low[bar.instrument, j]
        if first != first:
            continue
        favourable, adverse = (high, low) if side == 0 else (low, high)
        touched |= targets_reached(slot, side, favourable) | targets_reached(slot, side, first)
        hit = sign * adverse <= stop or sign * first <= stop
        seen = seen or hit
        if ended:
            continue
        if not sign * first <= stop:
            taken |= targets_reached(slot, side, first)
            if not hit:
                taken |= targets_reached(slot, side, favourable)
        stopped = hit and taken != whole
        ended = hit or taken == whole
    if not (ended and seen and touched != 0):
        return -1, True
    return taken, stopped


@inlined
def close_of_bar(slot: Floats, side: int, rules: Floats, bar: Bar, exits: bool) -> int:
    """The held trade at the close: its extremes, and what `exit` and `expires` decide.

    Returns the reason by which it leaves at this close, or -1; with fills at the next open `exit` only
    marks it.
    """
    slot[HIGH] = max(slot[HIGH], bar.high)
    slot[LOW] = min(slot[LOW], bar.low)
    expires = rules[SIDE + PER_SIDE * side + EXPIRES]
    expired = expires > 0.0 and slot[BARS_HELD] >= expires
    if exits and rules[FILL_CLOSE] != 0.0:
        return BY_EXIT
    if expired:
        return BY_EXPIRY
    if exits:
        slot[PHASE] = LEAVES_BY_EXIT
    return -1


@inlined
def take(slot: Floats, side: int, k: int, price: float, rules: Floats, bar: Bar, book: Book) -> None:
    """Leave with the part of target k at `price`; the last part takes all that remains."""
    place = SIDE + PER_SIDE * side
    taken = int(slot[TAKEN]) | 1 << k
    whole = (1 << int(rules[place + TARGETS])) - 1
    fraction = slot[REMAINING] if taken == whole else rules[place + FRACTION + k]
    write_part(slot, side, k, price, fraction, bar, book)
    if taken == whole:
        leave(slot, side, price, BY_TARGET, rules, bar, book.log)
        return
    slot[PROCEEDS] += fraction * price
    slot[REMAINING] -= fraction
    slot[TAKEN] = taken
    slot[HIGH] = max(slot[HIGH], price)
    slot[LOW] = min(slot[LOW], price)


@inlined
def leave_at_market(
    slot: Floats, side: int, price: float, reason: int, rules: Floats, bar: Bar, book: Book
) -> None:
    """Leave with what remains at `price`, which slippage worsens."""
    filled = price * (1.0 - (1.0 - 2.0 * side) * rules[SLIPPAGE])
    leave(slot, side, filled, reason, rules, bar, book.log)


@part
def leave(slot: Floats, side: int, price: float, reason: int, rules: Floats, bar: Bar, log: Log) -> None:
    """Leave with what remains at `price`: write the trade, free the slot, start its cooldown."""
    slot[HIGH] = max(slot[HIGH], price)
    slot[LOW] = min(slot[LOW], price)
    mean = slot[PROCEEDS] + slot[REMAINING] * price
    write_exit(slot, side, mean, reason, rules[FEE], bar, log.exits[log.used[3]])
    log.used[3] += 1
    for field in range(TRADE_WIDTH):
        slot[field] = 0.0
    slot[COOLDOWN_LEFT] = rules[COOLDOWN]


@inlined
def write_exit(slot: Floats, side: int, price: float, reason: int, fee: float, bar: Bar, row: Row) -> None:
    """One finished trade into the book."""
    sign = 1.0 - 2.0 * side
    entry = slot[ENTRY_PRICE]
    risk = sign * (entry - slot[STOP])
    best, worst = (slot[HIGH], slot[LOW]) if side == 0 else (slot[LOW], slot[HIGH])
    fees = fee * (entry + price)
    row.signal_time = int(slot[SIGNAL_TIME])
    row.entry_time = int(slot[ENTRY_TIME])
    row.exit_time = bar.time
    row.entry_price = entry
    row.exit_price = price
    row.r = sign * (price - entry) / risk
    row.return_pct = 100.0 * (sign * (price - entry) - fees) / entry
    row.fees_pct = 100.0 * fees / entry
    row.mfe_r = sign * (best - entry) / risk
    row.mae_r = sign * (worst - entry) / risk
    row.bars_held = int(slot[BARS_HELD])
    row.instrument = bar.instrument
    row.side = 1 - 2 * side
    row.reason = reason


@inlined
def write_entry(signal_time: float, side: int, bar: Bar, price: float, missed: bool, book: Book) -> None:
    """One entry, taken or missed, into the book."""
    row = book.entries[book.log.used[1]]
    row.signal_time = int(signal_time)
    row.entry_time = bar.time
    row.entry_price = price
    row.instrument = bar.instrument
    row.side = 1 - 2 * side
    row.missed = missed
    book.log.used[1] += 1


@inlined
def write_part(slot: Floats, side: int, k: int, price: float, fraction: float, bar: Bar, book: Book) -> None:
    """One part taken at a target into the book."""
    if len(book.parts) == 0:
        return
    row = book.parts[book.log.used[2]]
    row.signal_time = int(slot[SIGNAL_TIME])
    row.time = bar.time
    row.price = price
    row.fraction = fraction
    row.instrument = bar.instrument
    row.side = 1 - 2 * side
    row.target = k + 1
    book.log.used[2] += 1

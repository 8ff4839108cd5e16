"""What happens at a close after the exits: candidates are made, judged, published or rejected. Compiled."""

from typing import NamedTuple

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.compiled import inlined
from heliograph.engine.exits.records import (
    COOLDOWN_LEFT,
    FREE,
    HELD,
    LEAVES_BY_EXIT,
    LEAVES_BY_OPPOSITE,
    NEXT_SIGNAL_TIME,
    NEXT_STOP,
    NEXT_TARGET,
    PHASE,
    WAITING,
    Book,
)
from heliograph.engine.exits.rules import (
    ALERT_ONLY,
    COOLDOWN,
    EXIT,
    FILL_CLOSE,
    FRACTION,
    HAS_CONFIDENCE,
    HAS_STOP,
    IGNORE,
    MIN_CONFIDENCE,
    MIN_REWARD_RISK,
    OPPOSITE,
    PER_SIDE,
    REJECTS,
    SIDE,
    TARGETS,
    Reject,
)
from heliograph.engine.exits.trade import BY_OPPOSITE, Bar, clear_waiting, enter, leave_at_market

PUBLISHED = 0
NO_STOP, NO_TARGET = REJECTS.index(Reject.NO_STOP), REJECTS.index(Reject.NO_TARGET)
NO_CONFIDENCE, WRONG_SIDE = REJECTS.index(Reject.NO_CONFIDENCE), REJECTS.index(Reject.WRONG_SIDE)
BOTH_SIDES, COOLING_DOWN = REJECTS.index(Reject.BOTH_SIDES), REJECTS.index(Reject.COOLDOWN)
TOO_UNSURE, TOO_POOR = REJECTS.index(Reject.MIN_CONFIDENCE), REJECTS.index(Reject.MIN_REWARD_RISK)
IS_OPPOSITE = REJECTS.index(Reject.OPPOSITE)

# A limit is met within this part of it, so that 1.5 computed another way is not below 1.5.
TOLERANCE = 1e-9


class Levels(NamedTuple):
    """What a candidate is judged by; NaN is unknown or not named."""

    stop: float
    target1: float
    target2: float
    target3: float
    confidence: float


@inlined
def judge(slot: Floats, side: int, levels: Levels, both: bool, rules: Floats, bar: Bar) -> tuple[int, float]:
    """The first reason not to publish, in the order of REJECTS, or 0; and reward over risk, NaN where
    there is none.
    """
    place = SIDE + PER_SIDE * side
    if not known_or_absent(levels.stop, rules[place + HAS_STOP]):
        return NO_STOP, np.nan
    for k in range(int(rules[place + TARGETS])):
        if not np.isfinite(target_of(levels, k)):
            return NO_TARGET, np.nan
    wrong = on_wrong_side(side, levels, rules, bar.close)
    ratio = np.nan if wrong else reward_over_risk(side, levels, rules, bar.close)
    if not known_or_absent(levels.confidence, rules[HAS_CONFIDENCE]):
        return NO_CONFIDENCE, ratio
    if wrong:
        return WRONG_SIDE, ratio
    if both:
        return BOTH_SIDES, ratio
    if below(levels.confidence, rules[MIN_CONFIDENCE]):
        return TOO_UNSURE, ratio
    if below(ratio, rules[MIN_REWARD_RISK]):
        return TOO_POOR, ratio
    # A trade whose exit was decided at this close is left on the next bar, so its cooldown lies ahead.
    if rules[COOLDOWN] > 0.0 and (slot[COOLDOWN_LEFT] > 0.0 or slot[PHASE] != FREE):
        return COOLING_DOWN, ratio
    return PUBLISHED, ratio


@inlined
def target_of(levels: Levels, k: int) -> float:
    """Target k, counted from 0."""
    return levels.target1 if k == 0 else levels.target2 if k == 1 else levels.target3


@inlined
def on_wrong_side(side: int, levels: Levels, rules: Floats, close: float) -> bool:
    """True if the stop is not behind the close or a target not ahead of it."""
    place = SIDE + PER_SIDE * side
    sign = 1.0 - 2.0 * side
    wrong = sign * levels.stop >= sign * close
    for k in range(int(rules[place + TARGETS])):
        wrong = wrong or sign * target_of(levels, k) <= sign * close
    return wrong


@inlined
def reward_over_risk(side: int, levels: Levels, rules: Floats, close: float) -> float:
    """The targets' distances from the close, weighted by their fractions, over the stop's; NaN without
    either.
    """
    place = SIDE + PER_SIDE * side
    sign = 1.0 - 2.0 * side
    targets = int(rules[place + TARGETS])
    reward = 0.0 if targets > 0 else np.nan
    for k in range(targets):
        reward += rules[place + FRACTION + k] * (sign * (target_of(levels, k) - close))
    return reward / (sign * (close - levels.stop))


@inlined
def known_or_absent(value: float, named: float) -> bool:
    """True if the strategy names no such value, or it is known."""
    return named == 0.0 or np.isfinite(value)


@inlined
def below(value: float, limit: float) -> bool:
    """True if there is a limit and the value does not meet it; an unknown value does not."""
    return limit == limit and not value >= limit - TOLERANCE * abs(limit)


@inlined
def candidate(
    slots: Floats, side: int, levels: Levels, both: bool, rules: Floats, bar: Bar, book: Book
) -> None:
    """One candidate: its verdict, its effect on a trade of the other side, its record, its slot."""
    slot, other = slots[side], slots[1 - side]
    reason, ratio = judge(slot, side, levels, both, rules, bar)
    if reason == PUBLISHED and rules[OPPOSITE] != IGNORE and other[PHASE] == HELD:
        if rules[FILL_CLOSE] != 0.0:
            leave_at_market(other, 1 - side, bar.close, BY_OPPOSITE, rules, bar, book)
        else:
            other[PHASE] = LEAVES_BY_OPPOSITE
        if rules[OPPOSITE] == EXIT:
            reason = IS_OPPOSITE
    book.verdicts[bar.instrument, side, reason] += 1
    write_candidate(side, levels, reason, ratio, bar, book)
    if reason != PUBLISHED:
        return
    if rules[ALERT_ONLY] != 0.0:
        slot[COOLDOWN_LEFT] = rules[COOLDOWN]
        return
    slot[NEXT_SIGNAL_TIME] = bar.time
    slot[NEXT_STOP] = levels.stop
    slot[NEXT_TARGET] = levels.target1
    slot[NEXT_TARGET + 1] = levels.target2
    slot[NEXT_TARGET + 2] = levels.target3
    if rules[FILL_CLOSE] != 0.0:
        enter(slot, side, bar.close, rules, bar, book)
        clear_waiting(slot)
    else:
        slot[WAITING] = 1.0


@inlined
def slot_is_free(slot: Floats) -> bool:
    """True if the slot holds no trade, or one whose exit was decided at this close."""
    return bool(slot[PHASE] == FREE or slot[PHASE] == LEAVES_BY_EXIT)


@inlined
def write_candidate(side: int, levels: Levels, reason: int, ratio: float, bar: Bar, book: Book) -> None:
    """One candidate, published or rejected, into the book."""
    if len(book.candidates) == 0:
        return
    row = book.candidates[book.log.used[0]]
    row.bar_time = bar.time
    row.close = bar.close
    row.stop = levels.stop
    row.target1 = levels.target1
    row.target2 = levels.target2
    row.target3 = levels.target3
    row.confidence = levels.confidence
    row.reward_risk = ratio
    row.instrument = bar.instrument
    row.side = 1 - 2 * side
    row.published = reason == PUBLISHED
    row.reason = reason
    book.log.used[0] += 1

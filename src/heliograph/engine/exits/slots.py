"""The state of the exits as rows that a database can hold, and back, bit for bit."""

import numpy as np

from heliograph.engine.bars import Floats
from heliograph.engine.exits.records import (
    BARS_HELD,
    COOLDOWN_LEFT,
    COOLING,
    ENTRY_PRICE,
    ENTRY_TIME,
    FREE,
    HIGH,
    LOW,
    NEXT_SIGNAL_TIME,
    NEXT_STOP,
    NEXT_TARGET,
    PHASE,
    PROCEEDS,
    REMAINING,
    SIGNAL_TIME,
    SLOT,
    SLOT_WIDTH,
    STOP,
    TAKEN,
    TARGET,
    WAITING,
    WAITS,
    Records,
)

TRADE_FIELDS = {
    "phase": PHASE,
    "signal_time": SIGNAL_TIME,
    "stop": STOP,
    "target1": TARGET,
    "target2": TARGET + 1,
    "target3": TARGET + 2,
    "entry_time": ENTRY_TIME,
    "entry_price": ENTRY_PRICE,
    "bars_held": BARS_HELD,
    "remaining": REMAINING,
    "proceeds": PROCEEDS,
    "taken": TAKEN,
    "high": HIGH,
    "low": LOW,
}
WAITING_FIELDS = {
    "signal_time": NEXT_SIGNAL_TIME,
    "stop": NEXT_STOP,
    "target1": NEXT_TARGET,
    "target2": NEXT_TARGET + 1,
    "target3": NEXT_TARGET + 2,
}


def slots_of(state: Floats) -> Records:
    """The rows of a state float64[N, 2, SLOT_WIDTH], by instrument, long before short, a trade before a
    waiting signal.
    """
    trades = state[:, :, PHASE] != FREE
    waiting = state[:, :, WAITING] != 0
    cooling = (state[:, :, COOLDOWN_LEFT] > 0) & ~trades & ~waiting
    rows = np.concatenate(
        [
            _rows(state, trades, TRADE_FIELDS),
            _rows(state, waiting, WAITING_FIELDS, phase=WAITS),
            _rows(state, cooling, {"cooldown_left": COOLDOWN_LEFT}, phase=COOLING),
        ]
    )
    return rows[np.lexsort((rows["phase"], -rows["side"], rows["instrument"]))]


def _rows(state: Floats, where: np.ndarray, fields: dict[str, int], phase: int | None = None) -> Records:
    instrument, side = np.nonzero(where)
    rows = np.zeros(len(instrument), dtype=SLOT)
    rows["instrument"], rows["side"] = instrument, 1 - 2 * side
    if phase is not None:
        rows["phase"] = phase
    for name, place in fields.items():
        rows[name] = state[instrument, side, place]
    return rows


def state_of(slots: Records, instruments: int) -> Floats:
    """The state that those rows describe; the order of the rows does not matter."""
    state = np.zeros((instruments, 2, SLOT_WIDTH))
    kinds = (
        (slots["phase"] == COOLING, {"cooldown_left": COOLDOWN_LEFT}),
        (slots["phase"] == WAITS, WAITING_FIELDS),
        ((slots["phase"] != COOLING) & (slots["phase"] != WAITS), TRADE_FIELDS),
    )
    for where, fields in kinds:
        rows = slots[where]
        side = (1 - rows["side"]) // 2
        for name, place in fields.items():
            state[rows["instrument"], side, place] = rows[name]
    waiting = slots[slots["phase"] == WAITS]
    state[waiting["instrument"], (1 - waiting["side"]) // 2, WAITING] = 1
    return state

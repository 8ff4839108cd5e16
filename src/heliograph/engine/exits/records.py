"""What the exits kernel writes, and the state that it keeps."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from heliograph.engine.bars import Floats, Times
from heliograph.engine.exits.rules import REJECTS

Records: TypeAlias = npt.NDArray[np.void]
Counts: TypeAlias = npt.NDArray[np.int64]
# One row of Records inside a kernel, where its fields are attributes.
Row: TypeAlias = Any

# The state of an instrument is two slots of SLOT_WIDTH floats, long and short. A slot holds at most one
# trade, and beside a trade that leaves at the next open possibly one published signal that waits for that
# open. What is empty is 0.
PHASE, SIGNAL_TIME, STOP, TARGET, ENTRY_TIME, ENTRY_PRICE = 0, 1, 2, 3, 6, 7
BARS_HELD, REMAINING, PROCEEDS, TAKEN, HIGH, LOW = range(8, 14)
TRADE_WIDTH = 14
COOLDOWN_LEFT, WAITING, NEXT_SIGNAL_TIME, NEXT_STOP, NEXT_TARGET = range(14, 19)
SLOT_WIDTH = NEXT_TARGET + 3

FREE, HELD, LEAVES_BY_EXIT, LEAVES_BY_OPPOSITE = range(4)

CANDIDATE = np.dtype(
    [
        ("bar_time", "i8"),
        ("close", "f8"),
        ("stop", "f8"),
        ("target1", "f8"),
        ("target2", "f8"),
        ("target3", "f8"),
        ("confidence", "f8"),
        ("reward_risk", "f8"),
        ("instrument", "i4"),
        ("side", "i1"),  # 1 long, -1 short
        ("published", "?"),
        ("reason", "i1"),  # place in REJECTS; 0 for a published one
    ],
    align=True,
)
ENTRY = np.dtype(
    [
        ("signal_time", "i8"),
        ("entry_time", "i8"),
        ("entry_price", "f8"),  # after slippage; of a missed one the price that was refused
        ("instrument", "i4"),
        ("side", "i1"),
        ("missed", "?"),
    ],
    align=True,
)
PART = np.dtype(
    [
        ("signal_time", "i8"),
        ("time", "i8"),
        ("price", "f8"),
        ("fraction", "f8"),
        ("instrument", "i4"),
        ("side", "i1"),
        ("target", "i1"),  # 1, 2 or 3
    ],
    align=True,
)
EXIT_RECORD = np.dtype(
    [
        ("signal_time", "i8"),
        ("entry_time", "i8"),
        ("exit_time", "i8"),
        ("entry_price", "f8"),
        ("exit_price", "f8"),  # mean of the parts, weighted by their fractions
        ("r", "f8"),  # NaN without a stop, like the next three's kin mfe_r and mae_r
        ("return_pct", "f8"),
        ("fees_pct", "f8"),
        ("mfe_r", "f8"),
        ("mae_r", "f8"),
        ("bars_held", "i8"),
        ("instrument", "i4"),
        ("side", "i1"),
        ("reason", "i1"),  # place in EXIT_REASONS
    ],
    align=True,
)

# One row per published signal whose story is not over (phase waiting, held, leaves_by_exit,
# leaves_by_opposite), and one per slot that is free but cooling down (phase cooling). Everything the
# kernel remembers is in these rows.
SLOT = np.dtype(
    [
        ("instrument", "i8"),
        ("side", "i1"),
        ("phase", "i1"),  # place in PHASES
        ("signal_time", "i8"),  # open of the signal's bar
        ("stop", "f8"),  # NaN if the side names none, as are targets
        ("target1", "f8"),
        ("target2", "f8"),
        ("target3", "f8"),
        ("entry_time", "i8"),  # open of the bar of entry; 0 while waiting
        ("entry_price", "f8"),  # after slippage
        ("bars_held", "i8"),
        ("remaining", "f8"),  # part of the trade still open, 1 at first
        ("proceeds", "f8"),  # sum of fraction times price of the parts taken
        ("taken", "i1"),  # bit k - 1 is set when target k has been taken
        ("high", "f8"),  # extremes since entry, the entry price among them
        ("low", "f8"),
        ("cooldown_left", "i8"),  # bars of the instrument until a close is allowed again; only when cooling
    ]
)
PHASES = ("cooling", "held", "leaves_by_exit", "leaves_by_opposite", "waiting")
COOLING, WAITS = 0, 4


class Prices(NamedTuple):
    """The bars as the kernel reads them; time int64[B], the others float64[N, B]."""

    time: Times
    open: Floats
    high: Floats
    low: Floats
    close: Floats


class Finer(NamedTuple):
    """Finer bars, float64[N, F]; those inside bar b are start[b] .. stop[b]-1. A missing one is NaN."""

    open: Floats
    high: Floats
    low: Floats
    start: Counts
    stop: Counts


class SideArrays(NamedTuple):
    """One side's plan outputs, float64[N, B] or [1, B] for one row that serves all; `ready` int64[N]."""

    enter: Floats
    exit: Floats
    stop: Floats
    target1: Floats
    target2: Floats
    target3: Floats
    ready: Counts


class Block(NamedTuple):
    """What the kernel reads of a block; with `hold` an instrument stops where it lacks finer bars."""

    prices: Prices
    long: SideArrays
    short: SideArrays
    confidence: Floats
    finer: Finer
    hold: bool


class Log(NamedTuple):
    """Where finished trades are written; `used` counts the rows of candidates, entries, parts and exits."""

    exits: Records
    used: Counts


class Book(NamedTuple):
    """Where the kernel writes, and how far it is."""

    candidates: Records
    entries: Records
    parts: Records
    log: Log
    verdicts: Counts  # [N, 2, len(REJECTS)], candidates per verdict
    undecided: Counts  # [N], bars with stop and target inside for which finer bars were lacking
    consumed: Counts  # [N], bars of the block that are done
    held_back: Counts  # [N], 1 where the instrument waits for finer bars
    undo_slots: Floats  # [2, SLOT_WIDTH] and [4]: as it was before the bar
    undo_used: Counts
    only_missed: bool  # of the entries

    @classmethod
    def blank(cls, instruments: int, capacity: int, *, only_missed: bool) -> "Book":
        """An empty book; `capacity` rows each for candidates, entries, parts and exits."""
        return cls(
            candidates=np.zeros(capacity, dtype=CANDIDATE),
            entries=np.zeros(capacity, dtype=ENTRY),
            parts=np.zeros(capacity, dtype=PART),
            log=Log(np.zeros(capacity, dtype=EXIT_RECORD), np.zeros(4, dtype=np.int64)),
            verdicts=np.zeros((instruments, 2, len(REJECTS)), dtype=np.int64),
            undecided=np.zeros(instruments, dtype=np.int64),
            consumed=np.zeros(instruments, dtype=np.int64),
            held_back=np.zeros(instruments, dtype=np.int64),
            undo_slots=np.zeros((2, SLOT_WIDTH)),
            undo_used=np.zeros(4, dtype=np.int64),
            only_missed=only_missed,
        )

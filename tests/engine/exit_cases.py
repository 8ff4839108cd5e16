"""A few bars written out by hand, and what the exits make of them."""

import numpy as np

from heliograph.engine.bars import Bars
from heliograph.engine.exits import EXIT_REASONS, REJECTS, SIDES, Exits, Inputs, SideInputs
from heliograph.engine.timeframe import Timeframe

HOUR = Timeframe.parse("1h")
UNKNOWN = float("nan")


def bars_of(*rows, step=3_600_000):
    """Bars of one instrument from rows (open, high, low, close); None is a bar that does not exist."""
    table = np.array([(UNKNOWN,) * 4 if row is None else row for row in rows], dtype=float)
    table = table.reshape(-1, 4).T
    names = ("open", "high", "low", "close")
    time = np.arange(len(rows), dtype=np.int64) * step
    return Bars.single(time, **dict(zip(names, table, strict=True)), volume=table[3])


def side(bars, *, enter=(), exit=(), stop=None, targets=()):
    """One side that enters and exits at the bars with those numbers, its levels the same on every bar."""
    return SideInputs(
        enter=marks(bars, enter),
        exit=marks(bars, exit),
        stop=None if stop is None else level(bars, stop),
        targets=[level(bars, target) for target in targets],
    )


def marks(bars, places):
    """1 at those bars, else 0."""
    row = np.zeros((1, len(bars)))
    row[0, list(places)] = 1.0
    return row


def level(bars, value):
    """A price on every bar, or one per bar."""
    return np.broadcast_to(np.asarray(value, dtype=float), (1, len(bars))).copy()


def events_of(rules, bars, *, long=None, short=None, confidence=None, **more):
    """The events of those bars."""
    inputs = Inputs(
        long=side(bars, **long) if long else None,
        short=side(bars, **short) if short else None,
        confidence=None if confidence is None else level(bars, confidence),
    )
    return Exits(rules, instruments=1).advance(bars, inputs, timeframe=HOUR, **more)


def trades(events):
    """Each finished trade as (side, bar of entry, entry price, bar of exit, exit price, reason, bars
    held).
    """
    return [
        (
            SIDES[int(row["side"])],
            row["entry_time"] // 3_600_000,
            row["entry_price"],
            row["exit_time"] // 3_600_000,
            row["exit_price"],
            str(EXIT_REASONS[row["reason"]]),
            row["bars_held"],
        )
        for row in events.exits
    ]


def verdicts(events):
    """Each candidate as (bar, side, reason or "published")."""
    return [
        (row["bar_time"] // 3_600_000, SIDES[int(row["side"])], str(REJECTS[row["reason"]] or "published"))
        for row in events.candidates
    ]


def missed(events):
    """Each entry not taken as (side, bar, price)."""
    rows = events.entries[events.entries["missed"]]
    return [(SIDES[int(row["side"])], row["entry_time"] // 3_600_000, row["entry_price"]) for row in rows]

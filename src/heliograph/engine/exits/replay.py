"""One published signal's outcome once more, from its stored levels and today's bars, by the same kernel."""

from dataclasses import dataclass, replace

import numpy as np

from heliograph.engine.bars import Bars, Floats
from heliograph.engine.errors import BadBars
from heliograph.engine.exits.inputs import Inputs, SideInputs
from heliograph.engine.exits.records import ENTRY, HELD, SLOT, WAITS, Records
from heliograph.engine.exits.rules import LONG, SHORT, Rules, SideRules
from heliograph.engine.exits.tracker import Events, Exits
from heliograph.engine.timeframe import Timeframe


@dataclass(frozen=True, slots=True)
class Published:
    """A signal's side (1 long, -1 short), the open of its bar and its levels, NaN for a stop that it does
    not name.
    """

    side: int
    time: int
    stop: float
    targets: tuple[float, ...] = ()


def replay_signal(
    signal: Published,
    rules: Rules,
    bars: Bars,
    *,
    exit: Floats | None = None,
    opposite: Floats | None = None,
    finer: Bars | None = None,
    timeframe: Timeframe | None = None,
) -> Events:
    """What becomes of a signal over `bars`, of one instrument and from the signal's bar on.

    `exit` float64[1, B] is its side's exit expression, `opposite` float64[1, B] is 1 at a close at which
    a candidate of the other side that passed its filters closes the trade. No row in `exits` means that
    it is still open, a row in `entries` with `missed` that there was no trade.
    """
    if bars.instruments != 1 or len(bars) == 0 or bars.time[0] != signal.time:
        raise BadBars("A signal is replayed over bars of one instrument that begin with its own.")
    entries, slots = _begin(signal, rules, float(bars.close[0, 0]))
    exits = Exits.from_slots(_bare(signal, rules), slots, instruments=1)
    inputs = _inputs(signal, exit, opposite, len(bars) - 1)
    events = exits.advance(bars.slice(1, len(bars)), inputs, finer=finer, timeframe=timeframe)
    return replace(events, entries=np.concatenate([entries, events.entries]))


def _bare(signal: Published, rules: Rules) -> Rules:
    """The rules with nothing left to judge: whoever comes from the other side has passed already."""
    own = rules.long if signal.side == LONG else rules.short
    long, short = (own, SideRules()) if signal.side == LONG else (SideRules(), own)
    return Rules(
        long=long,
        short=short,
        fill=rules.fill,
        fee_pct=rules.fee_pct,
        slippage_bps=rules.slippage_bps,
        opposite="exit",
        intrabar=rules.intrabar,
    )


def _inputs(signal: Published, exits: Floats | None, opposite: Floats | None, bars: int) -> Inputs:
    nothing = np.zeros((1, bars))
    own = SideInputs(enter=nothing, exit=None if exits is None else exits[:, 1:])
    other = SideInputs(enter=nothing if opposite is None else opposite[:, 1:])
    return Inputs(long=own, short=other) if signal.side == LONG else Inputs(long=other, short=own)


def _begin(signal: Published, rules: Rules, close: float) -> tuple[Records, Records]:
    """What the signal's own bar brings: an entry where it fills at the close, and the slot as it is
    afterwards.
    """
    slot = np.zeros(1, dtype=SLOT)
    slot["side"], slot["signal_time"], slot["stop"] = signal.side, signal.time, signal.stop
    for k in range(3):
        slot[f"target{k + 1}"] = signal.targets[k] if k < len(signal.targets) else np.nan
    if rules.fill == "next_open":
        slot["phase"] = WAITS
        return np.zeros(0, dtype=ENTRY), slot
    way = 1 if signal.side == LONG else SHORT
    first = signal.targets[0] if signal.targets else np.nan
    missed = way * close <= way * signal.stop or way * close >= way * first
    filled = close if missed else close * (1.0 + way * (rules.slippage_bps / 10_000))
    entry = np.zeros(1, dtype=ENTRY)
    entry["signal_time"] = entry["entry_time"] = signal.time
    entry["entry_price"], entry["side"], entry["missed"] = filled, signal.side, missed
    if missed:
        return entry, slot[:0]
    slot["phase"], slot["entry_time"], slot["remaining"] = HELD, signal.time, 1.0
    slot["entry_price"] = slot["high"] = slot["low"] = filled
    return entry, slot

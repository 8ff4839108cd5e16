"""A settled signal once more: the same bars give the same outcome, other bars another."""

import numpy as np
import pytest
from hypothesis import given, settings

from heliograph.engine.bars import Bars
from heliograph.engine.errors import BadBars
from heliograph.engine.exits import REJECTS, Reject, Rules, SideRules
from heliograph.engine.exits.replay import Published, replay_signal
from tests.engine.exit_cases import UNKNOWN, bars_of, events_of, marks, missed
from tests.engine.exit_worlds import FIVE_MINUTES, whole, worlds

RULES = Rules(long=SideRules(stop=True, fractions=(1.0,)), fee_pct=0)
FLAT = (100, 101, 99, 100)


@settings(max_examples=150, deadline=None)
@given(world=worlds())
def test_the_outcome_over_the_same_bars_is_the_same_bit_for_bit(world):
    _, events = whole(world)
    published = events.candidates[events.candidates["published"]]
    for settled in events.exits:
        same = (published["bar_time"] == settled["signal_time"]) & (published["side"] == settled["side"])
        (signal,) = published[same & (published["instrument"] == settled["instrument"])]
        again = replayed(world, signal, events.candidates)
        names = [name for name in settled.dtype.names if name != "instrument"]
        assert [again.exits[0][name].tobytes() for name in names] == [
            settled[name].tobytes() for name in names
        ]


def replayed(world, signal, candidates):
    """The outcome of a published candidate over the bars of its world."""
    n, side = signal["instrument"], int(signal["side"])
    start = int(np.searchsorted(world.bars.time, signal["bar_time"]))
    given = world.inputs.long if side == 1 else world.inputs.short
    named = world.rules.long if side == 1 else world.rules.short
    whose = (candidates["instrument"] == n) & (candidates["side"] == -side)
    closing = (
        candidates["published"]
        if world.rules.opposite == "reverse"
        else candidates["reason"] == REJECTS.index(Reject.OPPOSITE)
    )
    times = candidates[whose & closing]["bar_time"]
    opposite = (
        None if world.rules.opposite == "ignore" else np.isin(world.bars.time, times)[None, start:] * 1.0
    )
    return replay_signal(
        Published(
            side=side,
            time=int(signal["bar_time"]),
            stop=float(signal["stop"]) if named.stop else UNKNOWN,
            targets=tuple(float(signal[f"target{k + 1}"]) for k in range(len(named.fractions))),
        ),
        world.rules,
        row_of(world.bars.slice(start, len(world.bars)), n),
        exit=None if given.exit is None else given.exit[n : n + 1, start:].copy(),
        opposite=opposite,
        finer=None if world.finer is None else row_of(world.finer, n),
        timeframe=FIVE_MINUTES,
    )


def row_of(bars, n):
    """The bars of one instrument."""
    names = ("open", "high", "low", "close", "volume")
    return Bars(bars.time, *(getattr(bars, name)[n : n + 1].copy() for name in names))


def test_a_corrected_candle_changes_the_outcome():
    signal = Published(side=1, time=0, stop=95, targets=(110,))
    events = replay_signal(signal, RULES, bars_of(FLAT, FLAT, (100, 111, 94, 100)))
    assert [(row["exit_price"], row["reason"]) for row in events.exits] == [(95, 1)]
    events = replay_signal(signal, RULES, bars_of(FLAT, FLAT, (100, 111, 96, 100)))
    assert [(row["exit_price"], row["reason"]) for row in events.exits] == [(110, 0)]


def test_a_signal_may_still_be_open_or_turn_out_missed():
    signal = Published(side=1, time=0, stop=95, targets=(110,))
    still_open = replay_signal(signal, RULES, bars_of(FLAT, FLAT))
    assert (len(still_open.entries), len(still_open.exits), missed(still_open)) == (1, 0, [])
    assert missed(replay_signal(signal, RULES, bars_of(FLAT, (94, 95, 93, 94)))) == [("long", 1, 94)]
    at_close = Rules(long=RULES.long, fill="close")
    assert missed(replay_signal(signal, at_close, bars_of((100, 101, 94, 95), FLAT))) == [("long", 0, 95)]


def test_levels_published_on_a_close_that_was_corrected_stay():
    rules = Rules(long=RULES.long, fee_pct=0)
    signal = Published(side=1, time=0, stop=95, targets=(110,))
    events = replay_signal(signal, rules, bars_of((120, 121, 119, 120), FLAT, (100, 111, 99, 100)))
    assert events.exits["exit_price"].tolist() == [110]


def test_bars_that_do_not_begin_with_the_signal_are_refused():
    with pytest.raises(BadBars):
        replay_signal(Published(side=1, time=1, stop=95), RULES, bars_of(FLAT))


def test_a_replayed_exit_equals_that_of_the_kernel():
    bars = bars_of(FLAT, FLAT, (102, 103, 101, 102))
    events = events_of(RULES, bars, long={"enter": [0], "exit": [1], "stop": 95, "targets": [110]})
    again = replay_signal(
        Published(side=1, time=0, stop=95, targets=(110,)), RULES, bars, exit=marks(bars, [1])
    )
    assert again.exits.tolist() == events.exits.tolist()

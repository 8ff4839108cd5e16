"""The kernel against the rules written once more, and against itself in other cuts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.engine.exits import Exits
from tests.engine.exit_worlds import FIVE_MINUTES, of_kernel, of_slow, ready_of, slow, whole, worlds

KINDS = ("candidates", "entries", "parts", "exits")


def bits(rows):
    """All values of the rows, bit for bit, without the padding between them."""
    return [rows[name].tobytes() for name in rows.dtype.names]


def same(left, right):
    """Equal in all that is whole, and within rounding in what is not."""
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float | np.floating):
        return left == pytest.approx(right, rel=1e-9, abs=1e-9, nan_ok=True)
    return left == right


@settings(max_examples=400, deadline=None)
@given(world=worlds())
def test_the_kernel_does_what_the_slow_rules_do(world):
    _, events = whole(world)
    for n in range(world.bars.instruments):
        expected = slow(world, n)
        assert same(of_kernel(events, n), of_slow(expected)), (of_kernel(events, n), of_slow(expected))
        if world.rules.intrabar:
            assert events.undecided[n] == expected.undecided


@settings(max_examples=200, deadline=None)
@given(world=worlds(), data=st.data())
def test_any_cut_into_blocks_gives_the_same_bits(world, data):
    _, expected = whole(world)
    bars, ready = len(world.bars), ready_of(world)
    cuts = sorted([0, *data.draw(st.lists(st.integers(1, bars), max_size=bars)), bars])
    ways = data.draw(
        st.lists(st.sampled_from(["go on", "snapshot", "slots"]), min_size=len(cuts), max_size=len(cuts))
    )
    exits, parts = Exits(world.rules, instruments=world.bars.instruments), []
    for start, stop, way in zip(cuts, cuts[1:], ways, strict=False):
        exits = moved(exits, world, way)
        block, inputs = world.part(start, stop, ready)
        parts.append(exits.advance(block, inputs, finer=world.finer, timeframe=FIVE_MINUTES))
    for kind in KINDS:
        rows = np.concatenate([getattr(part, kind) for part in parts])
        assert bits(rows[np.argsort(rows["instrument"], kind="stable")]) == bits(getattr(expected, kind))
    assert np.array_equal(sum(part.verdicts for part in parts), expected.verdicts)
    assert np.array_equal(sum(part.undecided for part in parts), expected.undecided)


def moved(exits, world, way):
    """The same exits, perhaps after a way through bytes or rows."""
    if way == "snapshot":
        other = Exits(world.rules, instruments=exits.instruments)
        other.restore(exits.snapshot())
        return other
    if way == "slots":
        slots = exits.slots()
        other = Exits.from_slots(world.rules, slots[::-1], instruments=exits.instruments)
        assert other.snapshot() == exits.snapshot()
        return other
    return exits


@settings(max_examples=100, deadline=None)
@given(world=worlds(), data=st.data())
def test_trades_finished_before_a_cut_do_not_know_what_follows(world, data):
    _, expected = whole(world)
    stop = data.draw(st.integers(1, len(world.bars)))
    block, inputs = world.part(0, stop, ready_of(world))
    exits = Exits(world.rules, instruments=world.bars.instruments)
    events = exits.advance(block, inputs, finer=world.finer, timeframe=FIVE_MINUTES)
    last = block.time[-1]
    for kind, time in zip(KINDS, ("bar_time", "entry_time", "time", "exit_time"), strict=True):
        rows = getattr(expected, kind)
        assert bits(getattr(events, kind)) == bits(rows[rows[time] <= last])


@settings(max_examples=100, deadline=None)
@given(world=worlds())
def test_an_instrument_waits_for_finer_bars_and_then_goes_on_as_if_they_had_been_there(world):
    _, expected = whole(world)
    ready, count = ready_of(world), world.bars.instruments
    at, rows = np.zeros(count, dtype=int), []
    exits = Exits(world.rules, instruments=count)
    while (at < len(world.bars)).any():
        start = int(at.min())
        block, inputs = world.part(start, len(world.bars), ready)
        for field in (block.open, block.high, block.low, block.close):
            for n in range(count):
                field[n, : at[n] - start] = np.nan
        asked = exits.advance(block, inputs, finer=None, timeframe=FIVE_MINUTES, hold=True)
        rows.append(asked.exits)
        at = np.maximum(at, start + asked.consumed)
        if world.rules.intrabar and (at < len(world.bars)).any():
            at, given_bar = one_bar_with_finer(exits, world, at, ready)
            rows.append(given_bar)
    rows = np.concatenate(rows)
    order = np.argsort(rows["instrument"], kind="stable")
    assert bits(rows[order]) == bits(expected.exits)


def one_bar_with_finer(exits, world, at, ready):
    """Advance those that wait by the bar that they wait at, with what finer bars there are."""
    n = int(np.argmin(at))
    block, inputs = world.part(at[n], at[n] + 1, ready)
    for other in range(world.bars.instruments):
        if other != n:
            for field in (block.open, block.high, block.low, block.close):
                field[other] = np.nan
    events = exits.advance(block, inputs, finer=world.finer, timeframe=FIVE_MINUTES)
    at = at.copy()
    at[n] += 1
    return at, events.exits

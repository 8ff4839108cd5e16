"""Random worlds for the exits: rules, bars with gaps on a coarse grid of prices, and what a plan could
say of them.
"""

from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from hypothesis import strategies as st

from heliograph.engine.bars import Bars
from heliograph.engine.exits import EXIT_REASONS, REJECTS, SIDES, Exits, Inputs, Rules, SideInputs, SideRules
from heliograph.engine.timeframe import Timeframe
from tests.engine.slow_exits import SlowBar, SlowExits

FIVE_MINUTES = Timeframe.parse("5m")
FRACTIONS = {1: [(1.0,)], 2: [(0.5, 0.5), (0.3, 0.7)], 3: [(1 / 3, 1 / 3, 1 / 3), (0.2, 0.5, 0.3)]}


@dataclass(frozen=True)
class World:
    """Rules, and for some instruments their bars, finer bars and inputs."""

    rules: Rules
    bars: Bars
    finer: Bars | None
    inputs: Inputs

    def part(self, start, stop, ready):
        """The world of the bars start..stop-1; `ready` is the first bar of all at which a side may fire."""
        inputs = Inputs(
            **{
                side: None if given is None else cut(given, start, stop, ready[side])
                for side, given in (("long", self.inputs.long), ("short", self.inputs.short))
            },
            confidence=self.inputs.confidence[:, start:stop].copy(),
        )
        return self.bars.slice(start, stop), inputs


def cut(side, start, stop, ready):
    """One side's inputs of the bars start..stop-1."""
    return SideInputs(
        enter=side.enter[:, start:stop].copy(),
        exit=None if side.exit is None else side.exit[:, start:stop].copy(),
        stop=None if side.stop is None else side.stop[:, start:stop].copy(),
        targets=[target[:, start:stop].copy() for target in side.targets],
        ready=np.clip(ready - start, 0, stop - start),
    )


@st.composite
def side_rules(draw):
    """Rules of one side."""
    targets = draw(st.integers(0, 3))
    return SideRules(
        stop=draw(st.booleans()),
        fractions=draw(st.sampled_from(FRACTIONS[targets])) if targets else (),
        expires=draw(st.sampled_from([None, None, 1, 2, 5])),
    )


@st.composite
def rules(draw):
    """Rules of all kinds."""
    sides = draw(st.sampled_from(["long", "short", "both", "both"]))
    return Rules(
        long=None if sides == "short" else draw(side_rules()),
        short=None if sides == "long" else draw(side_rules()),
        fill=draw(st.sampled_from(["next_open", "close"])),
        fee_pct=draw(st.sampled_from([0.0, 0.1])),
        slippage_bps=draw(st.sampled_from([0.0, 7.0])),
        opposite=draw(st.sampled_from(["ignore", "exit", "reverse"])),
        confidence=draw(st.booleans()),
        min_confidence=draw(st.sampled_from([None, 0.3])),
        min_reward_risk=draw(st.sampled_from([None, 1.0])),
        cooldown=draw(st.sampled_from([0, 0, 1, 3])),
        alert_only=draw(st.sampled_from([False, False, False, False, True])),
        intrabar=draw(st.booleans()),
    )


@st.composite
def worlds(draw, most_bars=60):
    """A world of one to three instruments; prices are whole numbers, so that levels are often met exactly."""
    chosen = draw(rules())
    count, bars = draw(st.integers(1, 3)), draw(st.integers(1, most_bars))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    missing = rng.random((count, bars)) < draw(st.sampled_from([0.0, 0.2]))
    finer = finer_bars(rng, count, bars, lacking=draw(st.sampled_from([0.0, 0.3])), wild=draw(st.booleans()))
    base = base_bars(rng, finer, missing)
    world_inputs = Inputs(
        long=None if chosen.long is None else random_side(rng, chosen.long, base, 1),
        short=None if chosen.short is None else random_side(rng, chosen.short, base, -1),
        confidence=rng.choice([nan, 0.2, 0.3, 0.3 - 1e-12, 0.5, 0.5, 0.5, 0.5], size=base.close.shape),
    )
    return World(chosen, base, draw(st.sampled_from([None, drop(rng, finer)])), world_inputs)


def finer_bars(rng, count, bars, *, lacking, wild):
    """Five finer bars in each bar, walking on whole prices; `lacking` of them will be dropped."""
    moves = rng.integers(-2, 3, size=(count, bars * 5, 4))
    if wild:
        moves *= rng.choice([1, 1, 3], size=(count, bars * 5, 1))
    path = 100.0 + np.cumsum(moves.reshape(count, -1), axis=1).reshape(moves.shape)
    path = np.maximum(path, 20.0)
    first, last = path[:, :, 0], path[:, :, 3]
    time = np.arange(bars * 5, dtype=np.int64) * 60_000
    return Bars(
        time=time,
        open=np.ascontiguousarray(first),
        high=path.max(axis=2),
        low=path.min(axis=2),
        close=np.ascontiguousarray(last),
        volume=np.where(rng.random(first.shape) < lacking, 0.0, 1.0),
    )


def base_bars(rng, finer, missing):
    """The five-minute bars of the finer ones; some bars are missing, some open outside their range."""
    shape = (finer.instruments, -1, 5)
    first = finer.open.reshape(shape)[:, :, 0] + (rng.random(missing.shape) < 0.03) * 4.0
    fields = {
        "open": first,
        "high": finer.high.reshape(shape).max(axis=2),
        "low": finer.low.reshape(shape).min(axis=2),
        "close": finer.close.reshape(shape)[:, :, 4],
        "volume": finer.volume.reshape(shape).sum(axis=2),
    }
    return Bars(
        time=np.ascontiguousarray(finer.time[::5]),
        **{name: np.ascontiguousarray(np.where(missing, nan, values)) for name, values in fields.items()},
    )


def drop(rng, finer):
    """The finer bars without those of no volume."""
    gone = finer.volume == 0.0
    fields = ("open", "high", "low", "close", "volume")
    return Bars(time=finer.time, **{name: np.where(gone, nan, getattr(finer, name)) for name in fields})


def random_side(rng, named, bars, way):
    """Outputs of one side, unknown now and then, and now and then on the wrong side of the close."""
    shape = bars.close.shape

    def level(least, most):
        distance = rng.integers(least, most, size=shape) * 1.0
        return np.where(rng.random(shape) < 0.03, rng.choice([nan, np.inf]), bars.close + way * distance)

    return SideInputs(
        enter=rng.choice([1.0, 0.0, nan], p=[0.35, 0.6, 0.05], size=shape),
        exit=rng.choice([1.0, 0.0, nan], p=[0.1, 0.85, 0.05], size=shape) if rng.random() < 0.7 else None,
        stop=-level(-1, 10) + 2 * bars.close if named.stop else None,
        targets=[level(0 if k == 0 else 3, 12) for k in range(len(named.fractions))],
        ready=rng.choice([0, 0, 3], size=shape[0]),
    )


def whole(world):
    """The kernel over all bars in one block: its exits and the events."""
    exits = Exits(world.rules, instruments=world.bars.instruments)
    return exits, exits.advance(world.bars, world.inputs, finer=world.finer, timeframe=FIVE_MINUTES)


def ready_of(world):
    """The bar from which each side may fire."""
    count = world.bars.instruments
    return {
        name: np.zeros(count, dtype=np.int64) if side is None else side.ready
        for name, side in (("long", world.inputs.long), ("short", world.inputs.short))
    }


def slow(world, n):
    """The slow rules over the bars of instrument n."""
    exits = SlowExits(world.rules)
    for i in range(len(world.bars)):
        if not isnan(world.bars.close[n, i]):
            exits.bar(slow_bar(world, n, i))
    return exits


def slow_bar(world, n, i):
    """Bar i of instrument n as the slow rules read it."""
    bars, sides = world.bars, {"long": world.inputs.long, "short": world.inputs.short}
    given = {name: side for name, side in sides.items() if side is not None}

    def at(values):
        return nan if values is None else float(values[n, i])

    inside = []
    if world.finer is not None:
        where = (world.finer.time >= bars.time[i]) & (world.finer.time < bars.time[i] + 300_000)
        for j in np.flatnonzero(where & ~np.isnan(world.finer.close[n])):
            inside.append((world.finer.open[n, j], world.finer.high[n, j], world.finer.low[n, j]))
    return SlowBar(
        time=int(bars.time[i]),
        open=bars.open[n, i],
        high=bars.high[n, i],
        low=bars.low[n, i],
        close=bars.close[n, i],
        enter={name: at(side.enter) for name, side in given.items()},
        exit={name: at(side.exit) for name, side in given.items()},
        stop={name: at(side.stop) for name, side in given.items()},
        targets={name: [at(target) for target in side.targets] for name, side in given.items()},
        confidence=at(world.inputs.confidence),
        ready={name: i >= side.ready[n] for name, side in given.items()},
        finer=inside,
    )


def of_kernel(events, n):
    """The kernel's events of instrument n in the words of the slow rules."""
    mine = {
        name: getattr(events, name)[getattr(events, name)["instrument"] == n]
        for name in ("candidates", "entries", "parts", "exits")
    }
    return {
        "candidates": [
            (row["bar_time"], SIDES[row["side"]], REJECTS[row["reason"]], row["reward_risk"])
            for row in mine["candidates"]
        ],
        "entries": [
            (SIDES[row["side"]], row["signal_time"], row["entry_time"], row["entry_price"], row["missed"])
            for row in mine["entries"]
        ],
        "parts": sorted(
            (SIDES[row["side"]], row["signal_time"], row["time"], row["price"], row["target"])
            for row in mine["parts"]
        ),
        "exits": [
            {
                name: SIDES[row[name]]
                if name == "side"
                else EXIT_REASONS[row[name]]
                if name == "reason"
                else row[name]
                for name in row.dtype.names
                if name != "instrument"
            }
            for row in mine["exits"]
        ],
    }


def of_slow(exits):
    """The same of the slow rules."""
    return {
        "candidates": exits.candidates,
        "entries": exits.entries,
        "parts": sorted(exits.parts),
        "exits": exits.exits,
    }

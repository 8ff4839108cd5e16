"""The sample strategies: each can be read, fires on the sample and on crypto candles, and sees no future."""

import random

import numpy as np
import pytest

from heliograph.engine.exits import Exits, Rules
from heliograph.engine.runner import Runner
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy_plan import StrategyPlan
from tests.engine.candles import SAMPLES, candles
from tests.reference import shared

FILES = sorted((SAMPLES / "strategies").glob("*.toml"))
BUNDLED = {"1d": "us_shares_1d.parquet", "1h": "eurusd_1h.parquet"}
CRYPTO = "binance_spot_genetrader_{}.parquet"


def outputs(plan, bars, cuts, *, restore_at=()):
    """The plan's outputs over bars cut into blocks, with a fresh runner restored at some of the cuts."""
    runner, parts = Runner(plan, instruments=1), []
    for start, stop in zip([0, *cuts], [*cuts, len(bars)], strict=True):
        if start in restore_at:
            snapshot, runner = runner.snapshot(), Runner(plan, instruments=1)
            runner.restore(snapshot)
        parts.append(np.vstack([values.copy() for values in runner.advance(bars.slice(start, stop))]))
    return np.hstack(parts)


def ended(planned, bars):
    """How many trades of each side ended."""
    runner = Runner(planned.plan, instruments=1)
    found = runner.advance(bars)
    events = Exits(Rules.of(planned.strategy), instruments=1).advance(
        bars, planned.inputs(found, runner.ready)
    )
    return {name: int((events.exits["side"] == side).sum()) for name, side in (("long", 1), ("short", -1))}


def all_ended(strategy, markets):
    planned = StrategyPlan.of(strategy)
    counts = [ended(planned, bars) for bars in markets.values()]
    return {name: sum(count[name] for count in counts) for name in strategy.sides}


def test_there_are_five_of_them_for_both_timeframes():
    strategies = [Strategy.parse(path.read_bytes()) for path in FILES]

    assert [strategy.name for strategy in strategies] == [
        *("Breakout", "Mean reversion", "Pullback", "Squeeze", "Trend")
    ]
    assert {strategy.timeframe for strategy in strategies} == {"1d", "1h"}
    assert any("on(" in strategy.long.enter for strategy in strategies)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_fires_on_the_sample_on_both_its_sides(path):
    strategy = Strategy.parse(path.read_bytes())

    counts = all_ended(strategy, candles(SAMPLES / BUNDLED[strategy.timeframe]))

    assert min(counts.values()) >= 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_fires_on_crypto_candles(path):
    strategy = Strategy.parse(path.read_bytes())

    counts = all_ended(strategy, candles(shared(CRYPTO.format(strategy.timeframe))))

    assert min(counts.values()) >= 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_outputs_do_not_depend_on_the_cut_of_the_bars(path):
    planned = StrategyPlan.of(Strategy.parse(path.read_bytes()))
    every_bar = next(iter(candles(SAMPLES / BUNDLED[planned.strategy.timeframe]).values()))
    rng = random.Random(7)

    for size, count in ((1, 1_000), (7, 1_000), (64, len(every_bar)), (4096, len(every_bar))):
        bars = every_bar.upto(count)
        cuts = range(size, count, size)
        again = outputs(planned.plan, bars, cuts, restore_at=set(rng.sample(cuts, min(5, len(cuts)))))
        assert again.tobytes() == outputs(planned.plan, bars, []).tobytes()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_its_outputs_before_a_bar_do_not_depend_on_what_follows(path):
    planned = StrategyPlan.of(Strategy.parse(path.read_bytes()))
    bars = next(iter(candles(SAMPLES / BUNDLED[planned.strategy.timeframe]).values())).upto(1_500)
    whole = outputs(planned.plan, bars, [])

    for count in random.Random(11).sample(range(1, len(bars)), 25):
        cut = outputs(planned.plan, bars.upto(count), [])
        assert cut.tobytes() == np.ascontiguousarray(whole[:, :count]).tobytes()

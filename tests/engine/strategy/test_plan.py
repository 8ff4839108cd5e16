"""The layout says which output of a plan is what, alone and among other strategies."""

import numpy as np
import pytest

from heliograph.engine.runner import Runner
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy_plan import ABSENT, BadMixture, Layout, SideLayout, StrategyPlan
from tests.engine.candles import SAMPLES, candles

FIRST = """
name = "First"
timeframe = "1d"
[params]
n = 5
[long]
enter = "close > sma(close, n)"
stop = "low - 1"
targets = ["high + 1", "high + 2"]
[short]
enter = "close < sma(close, n)"
exit = "close > sma(close, n)"
[score]
confidence = "rsi(close, 14) / 100"
"""
SECOND = """
name = "Second"
timeframe = "1d"
[short]
enter = "volume > 2 * sma(volume, 20)"
expires = 3
"""


def test_the_layout_of_one_strategy():
    planned = StrategyPlan.of(Strategy.parse(FIRST))

    # The exit of the short is the entry of the long: one output.
    assert planned.layout == Layout(
        long=SideLayout("long", enter=0, exit=ABSENT, stop=1, targets=(2, 3)),
        short=SideLayout("short", enter=4, exit=0, stop=ABSENT, targets=()),
        confidence=5,
    )
    assert planned.plan.warmup == [4, 0, 0, 0, 4, 14]


def test_strategies_that_share_a_plan_get_what_each_gets_alone():
    strategies = [Strategy.parse(FIRST), Strategy.parse(SECOND)]
    bars = candles(SAMPLES / "us_shares_1d.parquet")["IBM"].upto(60)

    together = StrategyPlan.of_many(strategies)

    assert together[0].plan is together[1].plan
    shared_runner = Runner(together[0].plan, instruments=1)
    shared = shared_runner.advance(bars)
    for planned, strategy in zip(together, strategies, strict=True):
        alone = StrategyPlan.of(strategy)
        runner = Runner(alone.plan, instruments=1)
        expected = alone.inputs(runner.advance(bars), runner.ready)
        found = planned.inputs(shared, shared_runner.ready)
        for side in ("long", "short"):
            assert_same_side(getattr(found, side), getattr(expected, side))


def assert_same_side(found, expected):
    if expected is None:
        assert found is None
        return
    pairs = [(found.enter, expected.enter), (found.exit, expected.exit), (found.stop, expected.stop)]
    for one, other in [
        *pairs,
        *zip(found.targets, expected.targets, strict=True),
        (found.ready, expected.ready),
    ]:
        np.testing.assert_array_equal(one, other)


def test_a_side_is_ready_once_each_part_of_its_own_expressions_is_known():
    planned = StrategyPlan.of(Strategy.parse(FIRST.replace("low - 1", "low - atr(10)")))
    bars = candles(SAMPLES / "us_shares_1d.parquet")["IBM"].upto(60)
    runner = Runner(planned.plan, instruments=1)

    inputs = planned.inputs(runner.advance(bars), runner.ready)

    # atr(10) is known from the 11th bar on, sma(close, 5) from the 5th.
    assert (inputs.long.ready.tolist(), inputs.short.ready.tolist()) == ([10], [4])


def test_strategies_of_different_timeframes_share_no_plan():
    hourly = Strategy.parse(SECOND, overrides={"timeframe": "1h"})

    with pytest.raises(BadMixture):
        StrategyPlan.of_many([Strategy.parse(FIRST), hourly])


def test_the_trees_of_a_plan_hold_the_nodes_that_it_computes():
    planned = StrategyPlan.of(Strategy.parse(FIRST))

    enter = planned.clauses.long.enter

    assert (enter.text, enter.name, [child.text for child in enter.children]) == (
        *("close > sma(close, n)", ">"),
        ["close", "sma(close, n)"],
    )
    assert planned.clauses.short.exit.node is enter.node

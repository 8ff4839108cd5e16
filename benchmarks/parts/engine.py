"""A tick in the engine alone."""

import time

from benchmarks.parts.market import strategies
from heliograph.engine.bars import Bars
from heliograph.engine.runner import Runner
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy_plan import StrategyPlan


def engine(bars: Bars, count: int, ticks: int) -> tuple[list[float], int]:
    """Seconds of each of the last ticks, and the kernel calls that one makes."""
    plans = StrategyPlan.of_many([Strategy.parse(text) for text in strategies(count)])
    plan = plans[0].plan
    runner = Runner(plan, instruments=bars.instruments)
    runner.advance(bars.upto(len(bars) - ticks))
    taken = []
    for at in range(len(bars) - ticks, len(bars)):
        bar = bars.slice(at, at + 1)
        start = time.perf_counter()
        runner.advance(bar)
        taken.append(time.perf_counter() - start)
    return taken, sum(len(level.steps) for level in plan.base.walk())

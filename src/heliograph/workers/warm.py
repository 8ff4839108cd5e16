"""Compiles the kernels that the sample strategies need: `python -m heliograph.workers.warm plans|exits`.

That takes half a minute, once. Two processes of its own share it between two cores.
"""

import sys
from pathlib import Path

import numpy as np

from heliograph import engine
from heliograph.engine.bars import Bars
from heliograph.engine.compiled import cache_folder

FEW_BARS = 64
PARTS = ("plans", "exits")
PROGRAM = (sys.executable, "-P", "-m", "heliograph.workers.warm")
# The kernel that takes longest; its folder is named after its sources.
SLOWEST = Path(engine.__file__).with_name("exits") / "advance.py"


def kernels_are_on_disk() -> bool:
    """True if the kernels of these sources were compiled before."""
    return any(cache_folder(SLOWEST).rglob("*.nbc"))


def warm(part: str) -> None:
    """Run the plans or the exits of the sample strategies over a few bars; what they give does not matter."""
    from heliograph.engine.exits import Exits, Rules
    from heliograph.engine.runner import Runner
    from heliograph.engine.strategy import Strategy
    from heliograph.engine.strategy_plan import StrategyPlan
    from heliograph.market.sources.replay.samples import sample_strategies

    for text in sample_strategies():
        strategy = Strategy.parse(text)
        planned = StrategyPlan.of(strategy)
        bars = _few_bars(strategy.timeframe)
        ready = np.zeros(bars.instruments, dtype=np.int64)
        if part == "plans":
            Runner(planned.plan, instruments=bars.instruments).advance(bars)
            continue
        outputs = [np.full(bars.close.shape, np.nan) for _ in planned.plan.outputs]
        inputs = planned.inputs(outputs, lambda _side, known=ready: known)
        Exits(Rules.of(strategy), instruments=bars.instruments).advance(bars, inputs)


def _few_bars(timeframe: str) -> Bars:
    from heliograph.market.sources.replay.samples import SAMPLES, read_sample

    sample = next((sample for sample in SAMPLES if sample.timeframe == timeframe), SAMPLES[0])
    return read_sample(sample).bars.upto(FEW_BARS)


if __name__ == "__main__":
    warm(sys.argv[1])

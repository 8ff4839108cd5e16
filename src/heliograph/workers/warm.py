"""Compiles the kernels that the sample strategies need: `python -m heliograph.workers.warm`.

That takes half a minute, once. In a process of its own the other core can load the sample meanwhile.
"""

import sys
from pathlib import Path

from heliograph import engine
from heliograph.engine.compiled import cache_folder

FEW_BARS = 64
PROGRAM = (sys.executable, "-m", "heliograph.workers.warm")
# The kernel that takes longest; its folder is named after its sources.
SLOWEST = Path(engine.__file__).with_name("exits") / "advance.py"


def kernels_are_on_disk() -> bool:
    """True if the kernels of these sources were compiled before."""
    return any(cache_folder(SLOWEST).rglob("*.nbc"))


def main() -> None:
    """Run each sample strategy over a few bars; what it gives does not matter."""
    from heliograph.engine.backtest import backtest_bars
    from heliograph.engine.strategy import Strategy
    from heliograph.market.sources.replay.samples import SAMPLES, read_sample, sample_strategies

    for text in sample_strategies():
        strategy = Strategy.parse(text)
        for sample in SAMPLES:
            if sample.timeframe == strategy.timeframe:
                whole = read_sample(sample)
                backtest_bars(strategy, whole.symbols, whole.bars.upto(FEW_BARS))


if __name__ == "__main__":
    main()

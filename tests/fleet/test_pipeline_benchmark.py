"""What the pipeline is measured against does the same work: its columns say what the engine says."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.parts.market import market, strategies
from benchmarks.peers.naive import columns
from heliograph.engine.runner import Runner
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy_plan import StrategyPlan

# After all of them are warm.
WARM = 120


@pytest.mark.parametrize("number", [0, 4])
def test_the_naive_way_enters_and_leaves_where_the_engine_does(number):
    bars = market(3, 1_500)
    plan = StrategyPlan.of(Strategy.parse(strategies(5)[number]))
    runner = Runner(plan.plan, instruments=3)
    long = plan.inputs(runner.advance(bars), runner.ready).long

    for row in range(3):
        frame = pd.DataFrame({name: getattr(bars, name)[row] for name in ("high", "low", "close")})
        naive = columns(frame, number)
        for mine, theirs in ((long.enter, naive["enter"]), (long.exit, naive["exit"])):
            assert np.flatnonzero(mine[row, WARM:]).tolist() == np.flatnonzero(theirs[WARM:]).tolist()
        assert np.nansum(long.enter[row]) > 5
        np.testing.assert_allclose(long.stop[row, WARM:], naive["stop"][WARM:], rtol=1e-9)

"""The sample strategies' trades: no cut into blocks changes them, and none knows a bar after its end."""

import numpy as np
import pytest

from heliograph.engine.align import align
from heliograph.engine.backtest import backtest_bars
from heliograph.engine.strategy import Strategy
from tests.engine.candles import SAMPLES, candles

FILES = sorted((SAMPLES / "strategies").glob("*.toml"))
BUNDLED = {"1d": "us_shares_1d.parquet", "1h": "eurusd_1h.parquet"}
CUTS = 200


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def sample(request):
    """A strategy, its candles, and their backtest in one piece."""
    strategy = Strategy.parse(request.param.read_bytes())
    symbols, bars = align(candles(SAMPLES / BUNDLED[strategy.timeframe]))
    return strategy, symbols, bars, backtest_bars(strategy, symbols, bars)


def bits(rows):
    """All values of the rows, bit for bit, without the padding between them."""
    return [rows[name].tobytes() for name in rows.dtype.names]


@pytest.mark.parametrize("block", [1, 7, 64, 4096])
def test_blocks_change_no_bit_of_a_trade(sample, block):
    strategy, symbols, bars, whole = sample
    if block == 1:
        bars = bars.upto(800)
        whole = backtest_bars(strategy, symbols, bars)
    other = backtest_bars(strategy, symbols, bars, block=block)
    assert len(whole.records) > 0
    assert bits(other.records) == bits(whole.records)
    assert bits(other.open_slots) == bits(whole.open_slots)
    assert bits(other.missed) == bits(whole.missed)


def test_data_cut_after_a_random_bar_gives_the_same_trades_up_to_there(sample):
    strategy, symbols, bars, whole = sample
    published = {*signals(whole.records), *signals(whole.open_slots), *signals(whole.missed)}
    rng = np.random.default_rng(11)
    for stop in rng.integers(1, len(bars), size=CUTS).tolist():
        part = backtest_bars(strategy, symbols, bars.upto(stop))
        assert bits(part.records) == bits(whole.records[whole.records["exit_time"] <= bars.time[stop - 1]])
        assert {*signals(part.open_slots), *signals(part.waiting)} <= published


def signals(rows):
    """The signals behind rows of any kind."""
    return rows[["instrument", "side", "signal_time"]].tolist()

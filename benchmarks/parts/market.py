"""What is measured on: made-up prices, and strategies of sixteen nodes for ticks."""

import numpy as np

from heliograph.engine.bars import Bars

MINUTE = 60_000
START = 1_704_067_200_000

# Sixteen nodes that are computed at every bar, not counting inputs and constants.
STRATEGY = '''
name = "Tick {number}"
timeframe = "1m"
[long]
enter = """crosses_above(ema(close, {fast}), ema(close, {slow})) and rsi(close, {n}) < 70
    and close > sma(close, {long})"""
exit = "crosses_below(close, ema(close, {slow}))"
stop = "close - 2 * atr({n})"
targets = ["close + 2 * atr({n})"]
expires = 60
'''


def strategies(count: int) -> list[str]:
    """Strategies of the same shape with periods of their own, so that they share nothing."""
    return [
        STRATEGY.format(number=k, fast=9 + k, slow=21 + 2 * k, n=11 + k, long=40 + 5 * k)
        for k in range(count)
    ]


def market(instruments: int, bars: int, *, seed: int = 7) -> Bars:
    """A random walk of prices for each instrument, minute by minute."""
    dice = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(dice.normal(0, 0.001, (instruments, bars)), axis=1))
    open_ = np.concatenate([close[:, :1], close[:, :-1]], axis=1)
    high = np.maximum(open_, close) * 1.0005
    low = np.minimum(open_, close) * 0.9995
    time_axis = START + MINUTE * np.arange(bars, dtype=np.int64)
    volume = np.full(close.shape, 10.0)
    return Bars(time_axis, *map(np.ascontiguousarray, (open_, high, low, close, volume)))


def random_walk(instruments: int, count: int) -> Bars:
    """Minute bars of random walks; the seed is fixed."""
    rng = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.002, (instruments, count)), axis=1))
    open_ = np.concatenate([np.full((instruments, 1), 100.0), close[:, :-1]], axis=1)
    high = np.maximum(open_, close) * (1 + np.abs(rng.normal(0, 0.0005, close.shape)))
    low = np.minimum(open_, close) * (1 - np.abs(rng.normal(0, 0.0005, close.shape)))
    volume = rng.exponential(1000.0, close.shape)
    return Bars(np.arange(count, dtype=np.int64) * 60_000, open_, high, low, close, volume)

"""Where a level lies from the close is told only where it is certain."""

import pytest

from heliograph.engine.graph import Graph
from heliograph.engine.language import clauses
from heliograph.engine.strategy.levels import position

POSITIONS = {
    "close": "at",
    "close + 0 * atr(14)": "at",
    "close - 1 * atr(14)": "below",
    "close - atr(14) * k": "below",
    "close + -2 * atr(14)": "below",
    "close + atr(14) / 2": "above",
    "close * 0.95": "below",
    "1.05 * close": "above",
    "close + close * 2 / 100": "above",
    "low": "below",
    "low - 1": "below",
    "lowest(low, 10)": "below",
    "high + 2 * stddev(close, 20)": "above",
    "highest(high, 20) + 0.1 * atr(14)": "above",
    "close + 2 * (close - low)": "above",
    "close - (highest(high, 5) - lowest(low, 5))": "below",
    "-close": "below",
    "0": "below",
    "close + abs(open - close)": "above",
    # not told
    "open": None,
    "95": None,
    "atr(14)": None,
    "sma(close, 20)": None,
    "close[1]": None,
    "bb_upper(close, 20, 2)": None,
    "close + (high - 3 * low)": None,
    "close - change(close, 3)": None,
    "high - atr(14)": None,
    "close * 1.05 - atr(14)": None,
    "close + atr(14) * open": None,
    "if_else(close > open, high, low)": None,
    "on('1d', close)": None,
    "highest(low, 20)": None,
}


@pytest.mark.parametrize("text", POSITIONS)
def test_the_position_of_a_level(text):
    level = clauses(text, graph=Graph(), params={"k": 2.0}, timeframe="1h")

    assert position(level) == POSITIONS[text]

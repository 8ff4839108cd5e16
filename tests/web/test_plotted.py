"""Which numbers of a condition a chart draws, and where."""

import pytest

from heliograph.engine.graph import Graph
from heliograph.engine.language import clauses
from heliograph.engine.strategy import Strategy
from heliograph.web.chart import Guide
from heliograph.web.plotted import plotted
from heliograph.web.reads.candles import Bar
from heliograph.web.reads.indicators import indicators
from tests.signals.world import BUSY, walk


def drawn(*texts):
    """The texts of the lines among the prices, and of each pane with its constants."""
    graph = Graph()
    found = plotted(clauses(text, graph=graph, params={"dip": 40.0}, timeframe="1h") for text in texts)
    panes = [([line.text for line in pane.lines], pane.guides) for pane in found.panes]
    return [line.text for line in found.prices], panes


@pytest.mark.parametrize(
    ("text", "prices", "panes"),
    [
        ("crosses_above(ema(close, 12), ema(close, 26))", ["ema(close, 12)", "ema(close, 26)"], []),
        ("rsi(close, 14) > 30", [], [(["rsi(close, 14)"], (30.0,))]),
        ("crosses_below(rsi(close, 14), 100 - dip)", [], [(["rsi(close, 14)"], (60.0,))]),
        ("close > on('4h', ema(close, 50))", ["on('4h', ema(close, 50))"], []),
        ("on('4h', close > ema(close, 50))", ["ema(close, 50)"], []),
        ("close < sma(close, 20) - 2 * atr(14)", ["sma(close, 20) - 2 * atr(14)"], []),
        ("close > vwap() * 1.01", ["vwap() * 1.01"], []),
        ("ema(close, 3) > ema(close, 3)[1]", ["ema(close, 3)"], []),
        ("close - open > atr(14)", [], [(["close - open", "atr(14)"], ())]),
        ("volume > 2 * sma(volume, 20)", [], [(["volume", "2 * sma(volume, 20)"], ())]),
        ("stoch_k(9, 3, 3) > stoch_d(9, 3, 3)", [], [(["stoch_k(9, 3, 3)", "stoch_d(9, 3, 3)"], ())]),
        ("20 < adx(14) < 40", [], [(["adx(14)"], (20.0, 40.0))]),
        ("close > open", [], []),
    ],
)
def test_prices_are_drawn_on_the_candles_and_the_rest_below(text, prices, panes):
    assert drawn(text) == (prices, panes)


def test_lines_beyond_the_third_have_a_pane_of_their_own():
    averages = [f"sma(close, {n})" for n in (5, 10, 20, 50)]

    assert drawn(*(f"close > {average}" for average in averages)) == (averages[:3], [(averages[3:], ())])


def test_a_line_is_drawn_once_with_all_that_it_is_compared_with():
    assert drawn("rsi(close, 14) > 30", "rsi(close, 14) > 70") == ([], [(["rsi(close, 14)"], (30.0, 70.0))])


def test_lines_have_the_values_of_the_engine():
    text = BUSY.replace("crosses_above(ema(close, 3), ema(close, 8))", "rsi(close, 2) < 30")
    block = walk(5, 60, instruments=1)
    bars = [
        Bar(moment.astype("datetime64[ms]").astype(object), *row)
        for moment, row in zip(block.time, block_rows(block), strict=True)
    ]

    assert text != BUSY
    found = indicators(Strategy.parse(text), "long", bars, shown=50)

    oscillator = next(line for line in found.lines if line.name == "rsi(close, 2)")
    assert (oscillator.pane, oscillator.dash, len(oscillator.points)) == (1, "solid", 50)
    assert all(0 <= value <= 100 for _, value in oscillator.points)
    assert Guide(1, 30.0) in found.guides


def block_rows(block):
    """Open, high, low, close, volume of every bar."""
    return zip(block.open[0], block.high[0], block.low[0], block.close[0], block.volume[0], strict=True)

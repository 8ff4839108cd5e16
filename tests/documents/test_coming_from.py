"""The pages for those who come from elsewhere: their strategy and ours do the same over the same candles."""

import shlex
import sys
from types import ModuleType

import numpy as np
import pytest

from heliograph import backtest, evaluate, read_candles
from heliograph.engine.strategy import Strategy
from tests.documents.samples import ROOT, blocks

PAGES = ROOT / "docs/coming-from"
SHARES = ROOT / "src/heliograph/samples/us_shares_1d.parquet"


@pytest.fixture(scope="module")
def goog():
    return read_candles(SHARES, symbol="GOOG").to_pandas()


def test_the_class_of_freqtrade_and_our_text_enter_and_leave_at_the_same_bars(goog, monkeypatch):
    # All that the class takes of freqtrade is what it is derived from.
    stub = ModuleType("freqtrade.strategy")
    stub.IStrategy = object
    monkeypatch.setitem(sys.modules, "freqtrade", ModuleType("freqtrade"))
    monkeypatch.setitem(sys.modules, "freqtrade.strategy", stub)
    (theirs,), (ours,) = (blocks(PAGES / "freqtrade.md", one) for one in ("python", "toml"))
    names = {}
    exec(theirs, names)
    strategy, frame = names["Crossing"](), goog.copy()
    for step in (strategy.populate_indicators, strategy.populate_entry_trend, strategy.populate_exit_trend):
        frame = step(frame, {"pair": "GOOG"})

    text = Strategy.parse(ours)
    values = evaluate(goog, text.long.enter, text.long.exit)

    for mine, column in zip(values.columns[-2:], ("enter_long", "exit_long"), strict=True):
        expected = frame[column].fillna(0).to_numpy() == 1
        assert expected.sum() > 20
        assert np.array_equal(values[mine].fillna(False).to_numpy(dtype=bool), expected)


@pytest.mark.parametrize("page", ["freqtrade.md", "pine.md"])
def test_our_side_of_the_page_is_a_strategy_that_trades(page, goog):
    (text,) = blocks(PAGES / page, "toml")
    (commands,) = blocks(PAGES / page, "console")
    given = dict(
        word.split("=") for line in commands.splitlines() for word in shlex.split(line) if "=" in word
    )

    result = backtest(text, goog, params={name: float(value) for name, value in given.items()})

    assert result.summary.trades > 0

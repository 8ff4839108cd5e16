"""Backtests against those of others, their conventions set by options."""

import json
from datetime import UTC, datetime

import numpy as np
import pytest

from heliograph.engine.backtest import backtest
from heliograph.engine.strategy import Strategy
from tests.engine.candles import candles
from tests.reference import shared

GOOG = "backtestingpy_goog_1d.parquet"
SMA_CROSS = """
name = "SMA cross"
timeframe = "{timeframe}"
[params]
fast = {{default = {fast}}}
slow = {{default = {slow}}}
[long]
enter = "crosses_above(sma(close, fast), sma(close, slow))"
{long}
{short}
[execution]
{execution}
"""
SHORT = """[short]
enter = "crosses_below(sma(close, fast), sma(close, slow))"
"""


def test_backtesting_py_s_sma_cross_on_goog_has_the_same_entries_exits_and_returns():
    reference = json.loads(shared("reference/backtestingpy_smacross_goog.json").read_text())
    expected = np.array(reference["recomputed_10_30"]["trades"])
    text = SMA_CROSS.format(
        timeframe="1d", fast=10, slow=30, long="", short=SHORT, execution='opposite = "reverse"\nfee_pct = 0'
    )
    result = backtest(Strategy.parse(text), candles(shared(GOOG)))

    places = {time: bar for bar, time in enumerate(result.time.tolist())}
    made = [
        (
            1 if t.side == "long" else -1,
            places[t.entry_time],
            places[t.exit_time],
            t.entry_price,
            t.exit_price,
        )
        for t in result.trades
    ]
    finished = expected[:-1]
    assert made == [(np.sign(row[0]), *row[1:5]) for row in finished.tolist()]
    assert [t.return_pct / 100 for t in result.trades] == pytest.approx(finished[:, 6].tolist(), rel=1e-12)
    assert {t.exit_reason for t in result.trades} == {"opposite"}
    # Its last trade is closed at the last bar's open; ours is still open.
    last = expected[-1]
    assert [(t.side, places[t.entry_time], t.entry_price) for t in result.open] == [
        ("long", last[1], last[3])
    ]
    assert (len(result.trades), result.published, result.rejected) == (65, 66, {})


@pytest.mark.parametrize(
    ("number", "file", "symbol", "timeframe"),
    [
        (0, GOOG, "GOOG", "1d"),
        (1, "binance_spot_genetrader_1h.parquet", "BTC/USDT", "1h"),
    ],
)
def test_vectorbt_s_sma_cross_has_the_same_trades(number, file, symbol, timeframe):
    reference = json.loads(shared("reference/vectorbt_sma.json").read_text())["results"][number]
    text = SMA_CROSS.format(
        timeframe=timeframe,
        fast=reference["fast"],
        slow=reference["slow"],
        long='exit = "crosses_below(sma(close, fast), sma(close, slow))"',
        short="",
        execution='fill = "close"\nfee_pct = 0.1',
    )
    result = backtest(Strategy.parse(text), {symbol: candles(shared(file))[symbol]}, close_at_end=True)

    expected = reference["trades"]
    assert [(when(t.entry_time), t.entry_price) for t in result.trades] == [
        (row[0], pytest.approx(float(row[1]), rel=1e-12)) for row in expected
    ]
    assert [(when(t.exit_time), t.exit_price) for t in result.trades] == [
        (row[2], pytest.approx(float(row[3]), rel=1e-12)) for row in expected
    ]
    closed = [
        (t.return_pct / 100, float(row[6]))
        for t, row in zip(result.trades, expected, strict=True)
        if row[7] == "Closed"
    ]
    assert [mine for mine, _ in closed] == pytest.approx([theirs for _, theirs in closed], rel=1e-9)
    assert result.trades[-1].exit_reason == ("end" if expected[-1][7] == "Open" else "exit")


def when(time):
    """UTC milliseconds as the reference writes them."""
    return datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")

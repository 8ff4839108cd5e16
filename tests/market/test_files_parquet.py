"""The Parquet layout of the reference data: counts, bounds and oddities as they were counted elsewhere."""

import json
from datetime import UTC, datetime

import pytest

from heliograph.market.sources.files import read_candles
from heliograph.market.wire import to_datetime
from tests.reference import shared

FILES = [
    "backtestingpy_eurusd_1h",
    "backtestingpy_goog_1d",
    "binance_spot_freqtrade_testdata_5m",
    "binance_spot_ftfork2021_1m",
    "binance_spot_genetrader_1d",
    "binance_spot_genetrader_1h",
    "binance_spot_genetrader_4h",
    "binance_spot_genetrader_5m",
    "fx_oanda_lean_1h",
    "us_equity_lean_1d",
    "us_equity_lean_1h",
    "us_equity_sp500_5yr_1d",
]


def moment(text):
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


@pytest.mark.parametrize("name", FILES)
def test_each_symbol_has_the_bars_that_were_counted(name):
    counted = json.loads(shared("oddities.json").read_text())[f"{name}.parquet"]["per_symbol"]

    found = read_candles(shared(f"{name}.parquet"))

    assert {
        candles.symbol: (len(candles), to_datetime(candles.time[0]), to_datetime(candles.time[-1]))
        for candles in found
    } == {
        symbol: (counts["rows"], moment(counts["first"]), moment(counts["last"]))
        for symbol, counts in counted.items()
    }
    assert {candles.timeframe for candles in found} == {name.rsplit("_", 1)[1]}
    assert {candles.symbol: candles.findings.outside_range for candles in found} == {
        symbol: counts["high_violation"] + counts["low_violation"] for symbol, counts in counted.items()
    }


def test_one_symbol_is_picked_however_it_is_written():
    path = shared("binance_spot_genetrader_4h.parquet")

    for written in ("BTC/USDT", "BTC-USDT", "BTCUSDT", "BINANCE:BTCUSDT", "btc_usdt"):
        [candles] = read_candles(path, symbol=written)
        assert (candles.symbol, len(candles)) == ("BTC/USDT", 1495)

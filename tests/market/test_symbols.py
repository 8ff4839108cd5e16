import pytest

from heliograph.market.sources.files.names import Named, from_name
from heliograph.market.symbols import normal_symbol


@pytest.mark.parametrize(
    ("written", "symbol"),
    [
        ("BTC/USDT", "BTC/USDT"),
        ("BTC/USDT:USDT", "BTC/USDT:USDT"),
        ("btc-usdt", "BTC/USDT"),
        ("BTC_USDT", "BTC/USDT"),
        ("BTCUSDT", "BTC/USDT"),
        ("BINANCE:BTCUSDT", "BTC/USDT"),
        ("BINANCE:ETHBTC", "ETH/BTC"),
        ("BINANCE:BTCTUSD", "BTC/TUSD"),
        ("COINBASE:BATUSD", "BAT/USD"),
        ("KRAKEN:XBTUSD", "BTC/USD"),
        ("XDG/EUR", "DOGE/EUR"),
        ("ETH-BTC", "ETH/BTC"),
        ("NASDAQ:GOOG", "GOOG"),
        ("FX:EURUSD", "EURUSD"),
        ("EUR_USD", "EURUSD"),
        ("EURUSD", "EURUSD"),
        ("XAUUSD", "XAUUSD"),
        ("GOOG", "GOOG"),
        ("BRK-B", "BRK-B"),
        ("BRK.B", "BRK.B"),
        ("^GSPC", "^GSPC"),
        ("1000SATS/USDT", "1000SATS/USDT"),
    ],
)
def test_symbols_are_written_as_ccxt_does_and_others_keep_their_own(written, symbol):
    assert normal_symbol(written) == symbol
    assert normal_symbol(symbol) == symbol


@pytest.mark.parametrize(
    ("stem", "format", "named"),
    [
        ("BTCUSDT-1h-2024-12", "binance", Named("BTC/USDT", "1h")),
        ("ETHBTC-1mo-2024", "csv", Named("ETHBTC", "1M")),
        ("BTC_USDT-1h", "freqtrade", Named("BTC/USDT", "1h")),
        ("BTC_USDT_USDT-5m-futures", "freqtrade", Named("BTC/USDT:USDT", "5m")),
        ("XBTUSD_1440", "kraken", Named("BTC/USD", "1d")),
        ("ETHXBT_15", "kraken", Named("ETH/BTC", "15m")),
        ("BINANCE_BTCUSDT, 240", "tradingview", Named("BTC/USDT", "4h")),
        ("NASDAQ_AAPL, 1D", "csv", Named("AAPL", "1d")),
        ("EURUSD60", "metatrader4", Named("EURUSD", "1h")),
        ("EURUSD_M15_202001020000_202012312345", "metatrader5", Named("EURUSD", "15m")),
        ("AAPL", "yahoo", Named("AAPL", None)),
        ("BTC-USDT", "csv", Named("BTC/USDT", None)),
        ("binance_BTC_USDT_1h", "csv", Named("BTC/USDT", "1h")),
        ("EUR_USD_H1", "csv", Named("EURUSD", "1h")),
        ("BTCUSDT_daily", "csv", Named("BTC/USDT", "1d")),
        ("prices", "csv", Named(None, None)),
    ],
)
def test_names_of_files_tell_symbol_and_timeframe(stem, format, named):
    exchange = {"binance": "BINANCE", "kraken": "KRAKEN"}.get(format, "")
    assert from_name(stem, format=format, exchange=exchange) == named

"""Every file of the users' own formats: read from its first row to its last, or refused with its sentence."""

import pytest

from heliograph.market.errors import BadFile
from heliograph.market.sources.files import Findings, read_candles
from heliograph.market.wire import to_datetime
from tests.reference import shared

HELSINKI = "Europe/Helsinki"
# file: options; format, symbol, timeframe, bars; first open, first row, last open, last close.
READ = {
    "backtrader_day_2006.txt": (
        {"symbol": "^STOXX50E"},
        ("backtrader", "^STOXX50E", "1d", 255),
        ("2006-01-02 00:00", [3578.73, 3605.95, 3578.73, 3604.33, 0.0]),
        ("2006-12-29 00:00", 4119.94),
    ),
    "binance_spot_klines_ms_ADABTC-1m-2021-11-27.csv": (
        {},
        ("binance", "ADA/BTC", "1m", 10),
        ("2021-11-27 00:00", [0.00002853, 0.00002854, 0.00002851, 0.00002854, 36304.2]),
        ("2021-11-27 00:09", 0.00002865),
    ),
    "binance_spot_klines_ms_BTCUSDT-1h-2024-12.csv": (
        {},
        ("binance", "BTC/USDT", "1h", 744),
        ("2024-12-01 00:00", [96407.99, 96672.49, 96260.0, 96340.6, 532.95388]),
        ("2024-12-31 23:00", 93576.0),
    ),
    "binance_spot_klines_us_BTCUSDT-1h-2025-01.csv": (
        {},
        ("binance", "BTC/USDT", "1h", 744),
        ("2025-01-01 00:00", [93576.0, 94509.42, 93489.03, 94401.14, 755.9901]),
        ("2025-01-31 23:00", 102429.56),
    ),
    "binance_um_futures_klines_header_ALGOUSDT-1m-2023-02_first2days.csv": (
        {},
        ("binance", "ALGO/USDT:USDT", "1m", 2880),
        ("2023-02-01 00:00", [0.2413, 0.2418, 0.2413, 0.2418, 283971.0]),
        ("2023-02-02 23:59", 0.2555),
    ),
    "cryptodatadownload_Binance_BTCUSDT_1h_first3000.csv": (
        {},
        ("cryptodatadownload", "BTC/USDT", "1h", 2999),
        ("2020-12-10 03:00", [18386.02, 18500.0, 18350.0, 18409.77, 1492.900435]),
        ("2021-04-17 23:00", 60006.66),
    ),
    "freqtrade_BTC_USDT-1d.feather": (
        {},
        ("freqtrade", "BTC/USDT", "1d", 249),
        ("2024-01-01 00:00", [42283.58, 44184.1, 42180.77, 44179.55, 27174.29903]),
        ("2024-09-05 00:00", 56180.0),
    ),
    "freqtrade_UNITTEST_BTC-1m.json": (
        {},
        ("freqtrade", "UNITTEST/BTC", "1m", 13681),
        ("2017-11-04 23:02", [0.00162008, 0.00162008, 0.00162008, 0.00162008, 108.14853839]),
        ("2017-11-14 22:59", 0.00270002),
    ),
    "freqtrade_WIF_USDT-1h.feather": (
        {},
        ("freqtrade", "WIF/USDT", "1h", 4452),
        ("2024-03-05 14:00", [1.1892, 1.848, 1.1892, 1.4255, 29182030.15]),
        ("2024-09-07 01:00", 1.487),
    ),
    "kraken_ohlcvt_XBTUSD_60_first4000.csv": (
        {},
        ("kraken", "BTC/USD", "1h", 4000),
        ("2013-10-06 21:00", [122.0, 122.0, 122.0, 122.0, 0.1]),
        ("2014-09-08 15:00", 470.0),
    ),
    "lean_daily_goog.zip": (
        {},
        ("lean", "GOOG", "1d", 4183),
        ("2004-08-19 00:00", [135.91, 140.93, 94.54, 100.37, 23200275.0]),
        ("2021-03-31 00:00", 2068.63),
    ),
    "metatrader4_noheader_EURUSD_H1_first3000.csv": (
        {"timezone": HELSINKI},
        ("metatrader4", "EURUSD", "1h", 3000),
        ("2012-10-07 20:00", [1.30191, 1.30191, 1.30114, 1.3014, 1336.0]),
        ("2013-04-01 16:00", 1.2846),
    ),
    "metatrader5_bars_EURUSD_D1.csv": (
        {"timezone": HELSINKI},
        ("metatrader5", "EURUSD", "1d", 2280),
        ("2015-01-01 22:00", [1.20565, 1.2069, 1.19991, 1.20014, 146779.0]),
        ("2023-10-11 21:00", 1.06226),
    ),
    "metatrader5_bars_EURUSD_H1_first3000.csv": (
        {"timezone": HELSINKI},
        ("metatrader5", "EURUSD", "1h", 3000),
        ("2015-01-01 22:00", [1.20565, 1.20687, 1.19991, 1.20001, 93697.0]),
        ("2015-06-26 07:00", 1.12038),
    ),
    "metatrader5_export_angle_headers_XAUUSD_M15_first3000.csv": (
        {"timezone": HELSINKI},
        ("metatrader5", "XAUUSD", "15m", 3000),
        ("2025-01-01 23:00", [2624.81, 2625.63, 2624.19, 2624.65, 460.0]),
        ("2025-02-17 15:30", 2899.38),
    ),
    "skender_quotes_penny.csv": (
        {"symbol": "PENNY"},
        ("csv", "PENNY", "1d", 533),
        ("2018-12-21 00:00", [2.72, 2.72, 2.5905, 2.63, 136251.0]),
        ("2021-02-03 00:00", 2.98),
    ),
    "tradingview_export_BINANCE_BTCUSDT_1D.csv": (
        {},
        ("tradingview", "BTC/USDT", "1d", 564),
        ("2022-09-24 00:00", [19288.57, 19316.14, 18805.34, 18920.5, 239496.56746]),
        ("2024-04-09 00:00", 68772.01),
    ),
    "tradingview_export_BINANCE_BTCUSDT_240_first1000.csv": (
        {},
        ("tradingview", "BTC/USDT", "4h", 1000),
        ("2020-01-13 16:00", [8085.07, 8129.45, 8071.12, 8111.83, 4153.284936]),
        ("2020-06-28 08:00", 9052.81),
    ),
    "yahoo_csv_YHOO_2014.csv": (
        {},
        ("yahoo", "YHOO", "1d", 252),
        ("2014-01-02 00:00", [40.369999, 40.490002, 39.310001, 39.59, 21504200.0]),
        ("2014-12-31 00:00", 50.509998),
    ),
}
SERVER_TIME = (
    "is a {} file, whose times are those of the broker's server; say its zone with --timezone,"
    " for example --timezone Europe/Helsinki"
)
FACTORS = "is a LEAN factor file (splits and dividends) and holds no candles; import the zip of its prices"
NO_SYMBOL = "names no symbol, neither inside nor in its name; say it with --symbol"
REFUSED = {
    "backtrader_day_2006.txt": NO_SYMBOL,
    "skender_quotes_penny.csv": NO_SYMBOL,
    "metatrader4_noheader_EURUSD_H1_first3000.csv": SERVER_TIME.format("metatrader4"),
    "metatrader5_bars_EURUSD_D1.csv": SERVER_TIME.format("metatrader5"),
    "metatrader5_bars_EURUSD_H1_first3000.csv": SERVER_TIME.format("metatrader5"),
    "metatrader5_export_angle_headers_XAUUSD_M15_first3000.csv": SERVER_TIME.format("metatrader5"),
    "tradingview_list_of_trades_supertrend_2024-01-06.csv": (
        "is TradingView's list of trades and holds no candles; export the chart's data instead"
    ),
    **{f"lean_factor_files/{name}.csv": FACTORS for name in ("aapl", "eem", "fb", "goog", "ibm", "qqq")},
}


def shown(ms):
    return to_datetime(ms).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize("name", READ)
def test_a_file_is_recognised_and_read_whole(name):
    options, known, first, last = READ[name]

    [candles] = read_candles(shared(f"raw/{name}"), **options)

    values = [getattr(candles, column)[0] for column in ("open", "high", "low", "close", "volume")]
    assert (candles.format, candles.symbol, candles.timeframe, len(candles)) == known
    assert (shown(candles.time[0]), values) == first
    assert (shown(candles.time[-1]), candles.close[-1]) == last
    assert candles.findings == Findings(turned_round=name.startswith("cryptodatadownload"))
    assert candles.skipped == ()


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_as_it_is_says_why(name):
    path = shared(f"raw/{name}")

    with pytest.raises(BadFile) as refused:
        read_candles(path)

    assert str(refused.value) == f"{path}: {REFUSED[name]}"


def test_no_file_of_the_folder_is_forgotten():
    folder = shared("raw")

    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    assert names == {*READ, *REFUSED}

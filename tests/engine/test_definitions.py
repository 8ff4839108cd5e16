"""Every function against a definition that we did not write, or against the plainest way to write it down."""

from collections.abc import Callable, Mapping

import numpy as np
import pytest
import talib

from heliograph.engine.bars import Bars, Floats
from heliograph.engine.functions import FUNCTIONS
from tests.engine.series import DAY, evaluate, existing, plan_of, random_bars, read_bars, read_csv

TALIB_COLUMNS = {
    "SMA_20": "sma(close, 20)",
    "EMA_20": "ema(close, 20)",
    "WMA_20": "wma(close, 20)",
    "RSI_14": "rsi(close, 14)",
    "MACD_12_26_9": "macd(close, 12, 26, 9)",
    "MACDsignal_12_26_9": "macd_signal(close, 12, 26, 9)",
    "MACDhist_12_26_9": "macd_hist(close, 12, 26, 9)",
    "BB_upper_20_2": "bb_upper(close, 20, 2)",
    "BB_middle_20_2": "bb_mid(close, 20, 2)",
    "BB_lower_20_2": "bb_lower(close, 20, 2)",
    "TRANGE": "true_range()",
    "ATR_14": "atr(14)",
    "ATR_10": "atr(10)",
    "NATR_14": "natr(14)",
    "PLUS_DI_14": "plus_di(14)",
    "MINUS_DI_14": "minus_di(14)",
    "ADX_14": "adx(14)",
    "STOCH_slowk_14_3_3": "stoch_k(14, 3, 3)",
    "STOCH_slowd_14_3_3": "stoch_d(14, 3, 3)",
    "OBV": "obv()",
    "CCI_20": "cci(20)",
    "MFI_14": "mfi(14)",
    "WILLR_14": "willr(14)",
    "ROC_10": "roc(close, 10)",
    "MOM_10": "mom(close, 10)",
    "MAX_high_20": "highest(high, 20)",
    "MIN_low_20": "lowest(low, 20)",
    "STDDEV_20": "stddev(close, 20)",
}
# Differences of prices cannot be better than the price; oscillators near zero not than their scale.
DIFFERENCES = ("macd", "stddev", "mom", "true_range", "atr")
OSCILLATORS = ("cci", "roc", "natr", "willr", "stoch", "rsi", "mfi", "plus_di", "minus_di", "adx")


def assert_equal(got: Floats, expected: Floats, *, text: str, price: float) -> None:
    """Equal to 1e-9 relative, and unknown at the same bars."""
    name = text.split("(")[0]
    floor = 1e-12 * price if name.startswith(DIFFERENCES) else 1e-9 if name.startswith(OSCILLATORS) else 0.0
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=floor, err_msg=text)


@pytest.mark.parametrize("series", ["BTCUSDT_1h", "EURUSD_1h", "GOOG_1d"])
def test_indicators_equal_talibs_with_their_first_rows(series):
    columns = read_csv(f"reference/talib082_{series}.csv")
    bars = Bars.single(
        columns["open_time"].astype(np.int64),
        **{name: columns[name] for name in ("open", "high", "low", "close", "volume")},
    )
    got = evaluate(plan_of(list(TALIB_COLUMNS.values())), bars)
    for (column, text), values in zip(TALIB_COLUMNS.items(), got, strict=True):
        # The file has twelve digits.
        expected = columns[column]
        assert_equal(np.round(values[0], 12), np.round(expected, 12), text=text, price=bars.close.max())


def _crossing(a: Floats, b: Floats) -> Floats:
    out = np.full(len(a), np.nan)
    for t in range(len(a)):
        was_below = None if t == 0 or np.isnan(a[t - 1] + b[t - 1]) else bool(a[t - 1] <= b[t - 1])
        is_above = None if np.isnan(a[t] + b[t]) else bool(a[t] > b[t])
        if was_below is False or is_above is False:
            out[t] = 0.0
        elif was_below and is_above:
            out[t] = 1.0
    return out


def _vwap(bars: Mapping[str, Floats]) -> Floats:
    out = np.full(len(bars["close"]), np.nan)
    price = (bars["high"] + bars["low"] + bars["close"]) / 3
    for t in range(len(out)):
        today = (bars["time"] // DAY == bars["time"][t] // DAY) & (np.arange(len(out)) <= t)
        known = today & ~np.isnan(bars["volume"])
        if not np.isnan(bars["volume"][t]) and bars["volume"][known].sum() > 0:
            out[t] = (price * bars["volume"])[known].sum() / bars["volume"][known].sum()
    return out


def _rma(x: Floats, n: int) -> Floats:
    out = np.full(len(x), np.nan)
    out[n - 1] = x[:n].mean()
    for t in range(n, len(x)):
        out[t] = (out[t - 1] * (n - 1) + x[t]) / n
    return out


def _behind(x: Floats, n: int) -> Floats:
    return np.concatenate([np.full(n, np.nan), x[:-n]])


def _over_known(compute: Callable[..., Floats], *inputs: Floats) -> Floats:
    """TA-Lib on the bars at which all inputs are known."""
    known = ~np.isnan(np.sum(inputs, axis=0))
    out = np.full(len(known), np.nan)
    out[known] = compute(*(np.ascontiguousarray(values[known]) for values in inputs))
    return out


Definition = Callable[[Mapping[str, Floats]], Floats]


def _talib(compute: Callable[..., Floats], *inputs: str) -> Definition:
    return lambda bars: _over_known(compute, *(bars[name] for name in inputs))


HLC = ("high", "low", "close")
DEFINITIONS: dict[str, Definition] = {
    "sma(close, 20)": _talib(lambda x: talib.SMA(x, 20), "close"),
    "ema(close, 20)": _talib(lambda x: talib.EMA(x, 20), "close"),
    "wma(close, 20)": _talib(lambda x: talib.WMA(x, 20), "close"),
    "rma(close, 20)": lambda bars: _rma(bars["close"], 20),
    "stddev(close, 20)": _talib(lambda x: talib.STDDEV(x, 20), "close"),
    "bb_upper(close, 20, 2)": _talib(lambda x: talib.BBANDS(x, 20)[0], "close"),
    "bb_mid(close, 20, 2)": _talib(lambda x: talib.BBANDS(x, 20)[1], "close"),
    "bb_lower(close, 20, 2)": _talib(lambda x: talib.BBANDS(x, 20)[2], "close"),
    "rsi(close, 14)": _talib(lambda x: talib.RSI(x, 14), "close"),
    "macd(close, 12, 26, 9)": _talib(lambda x: talib.MACD(x, 12, 26, 9)[0], "close"),
    "macd_signal(close, 12, 26, 9)": _talib(lambda x: talib.MACD(x, 12, 26, 9)[1], "close"),
    "macd_hist(close, 12, 26, 9)": _talib(lambda x: talib.MACD(x, 12, 26, 9)[2], "close"),
    "stoch_k(14, 3, 3)": _talib(lambda *x: talib.STOCH(*x, 14, 3, 0, 3, 0)[0], *HLC),
    "stoch_d(14, 3, 3)": _talib(lambda *x: talib.STOCH(*x, 14, 3, 0, 3, 0)[1], *HLC),
    "cci(20)": _talib(lambda *x: talib.CCI(*x, 20), *HLC),
    "willr(14)": _talib(lambda *x: talib.WILLR(*x, 14), *HLC),
    "roc(close, 10)": _talib(lambda x: talib.ROC(x, 10), "close"),
    "mom(close, 10)": _talib(lambda x: talib.MOM(x, 10), "close"),
    "true_range()": _talib(talib.TRANGE, *HLC),
    "atr(14)": _talib(lambda *x: talib.ATR(*x, 14), *HLC),
    "natr(14)": _talib(lambda *x: talib.NATR(*x, 14), *HLC),
    "plus_di(14)": _talib(lambda *x: talib.PLUS_DI(*x, 14), *HLC),
    "minus_di(14)": _talib(lambda *x: talib.MINUS_DI(*x, 14), *HLC),
    "adx(14)": _talib(lambda *x: talib.ADX(*x, 14), *HLC),
    "highest(high, 20)": _talib(lambda x: talib.MAX(x, 20), "high"),
    "lowest(low, 20)": _talib(lambda x: talib.MIN(x, 20), "low"),
    "obv()": _talib(talib.OBV, "close", "volume"),
    "mfi(14)": _talib(lambda *x: talib.MFI(*x, 14), *HLC, "volume"),
    "vwap()": _vwap,
    "crosses_above(ema(close, 12), ema(close, 26))": lambda bars: _crossing(
        talib.EMA(bars["close"], 12), talib.EMA(bars["close"], 26)
    ),
    "crosses_below(ema(close, 12), ema(close, 26))": lambda bars: _crossing(
        -talib.EMA(bars["close"], 12), -talib.EMA(bars["close"], 26)
    ),
    "change(close, 1)": lambda bars: bars["close"] - _behind(bars["close"], 1),
    "abs(close - open)": lambda bars: np.abs(bars["close"] - bars["open"]),
    "min(open, close)": lambda bars: np.minimum(bars["open"], bars["close"]),
    "max(open, close)": lambda bars: np.maximum(bars["open"], bars["close"]),
    "clip((adx(14) - 10) / 40, 0, 1)": lambda bars: np.clip(
        (talib.ADX(bars["high"], bars["low"], bars["close"], 14) - 10) / 40, 0, 1
    ),
    "if_else(close > open, high, low)": lambda bars: np.where(
        bars["close"] > bars["open"], bars["high"], bars["low"]
    ),
    "log(close)": lambda bars: np.log(bars["close"]),
    "sqrt(volume)": lambda bars: np.sqrt(bars["volume"]),
}


def test_every_function_has_a_definition_to_be_held_against():
    assert [function.example for function in FUNCTIONS.values() if function.example not in DEFINITIONS] == []


@pytest.mark.parametrize(
    ("file", "symbol"),
    [
        ("binance_spot_genetrader_1h.parquet", "BTC/USDT"),
        ("binance_spot_genetrader_1h.parquet", "1000SATS/USDT"),
        ("us_equity_lean_1d.parquet", "GOOG"),
        ("backtestingpy_eurusd_1h.parquet", "EURUSD"),
    ],
)
def test_functions_equal_their_definitions_on_real_series(file, symbol):
    _assert_definitions(read_bars(file, symbol))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_functions_equal_their_definitions_on_the_bars_that_exist(seed):
    bars = random_bars(seed, count=2_000, missing=0.1)
    whole = evaluate(plan_of(list(DEFINITIONS)), bars)
    for row in range(bars.instruments):
        has = ~np.isnan(bars.close[row])
        _assert_definitions(existing(bars, row), [np.ascontiguousarray(values[row, has]) for values in whole])


def _assert_definitions(bars: Bars, got: list[Floats] | None = None) -> None:
    columns = {name: getattr(bars, name)[0] for name in ("open", "high", "low", "close", "volume")}
    columns["time"] = bars.time
    values = got or [each[0] for each in evaluate(plan_of(list(DEFINITIONS)), bars)]
    for (text, define), each in zip(DEFINITIONS.items(), values, strict=True):
        assert_equal(each, define(columns), text=text, price=bars.close.max())


def test_rsi_of_a_price_that_never_moved_is_fifty():
    bars = Bars.single(
        np.arange(20) * DAY, **dict.fromkeys(("open", "high", "low", "close", "volume"), np.ones(20))
    )
    np.testing.assert_array_equal(
        evaluate(plan_of(["rsi(close, 5)"]), bars)[0][0], [np.nan] * 5 + [50.0] * 15
    )


def test_ranges_of_one_bar_are_in_percent_as_those_of_more_are():
    bars = random_bars(1, instruments=1, count=200, missing=0.0)
    bars = existing(bars, 0)
    high, low, close = bars.high[0], bars.low[0], bars.close[0]
    texts = ["natr(1)", "plus_di(1)", "minus_di(1)"]
    expected = [
        talib.TRANGE(high, low, close) / close * 100.0,
        talib.PLUS_DI(high, low, close, 1) * 100.0,
        talib.MINUS_DI(high, low, close, 1) * 100.0,
    ]
    for text, got, define in zip(texts, evaluate(plan_of(texts), bars), expected, strict=True):
        assert_equal(got[0], define, text=text, price=close.max())


def test_an_outlier_is_forgotten_as_soon_as_it_leaves_the_window():
    close = np.full(60, 100.0)
    close[10] = 1e11
    bars = Bars.single(
        np.arange(60) * DAY, **dict.fromkeys(("open", "high", "low", "close", "volume"), close)
    )
    sma, wma, dev = (
        values[0, 30:]
        for values in evaluate(plan_of(["sma(close, 20)", "wma(close, 20)", "stddev(close, 20)"]), bars)
    )
    np.testing.assert_array_equal([sma, wma, dev], [[100.0] * 30, [100.0] * 30, [0.0] * 30])

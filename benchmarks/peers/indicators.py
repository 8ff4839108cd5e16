"""Indicators of whatever is installed as `talib`: asked for "NAME BARS", it times one run over them."""

import json
import sys
import time

import numpy as np
import talib

CALLS = {
    "sma": lambda b: talib.SMA(b["close"], 20),
    "ema": lambda b: talib.EMA(b["close"], 20),
    "wma": lambda b: talib.WMA(b["close"], 20),
    "rsi": lambda b: talib.RSI(b["close"], 14),
    "macd": lambda b: talib.MACD(b["close"], 12, 26, 9),
    "stddev": lambda b: talib.STDDEV(b["close"], 20),
    "bbands": lambda b: talib.BBANDS(b["close"], 20),
    "true_range": lambda b: talib.TRANGE(b["high"], b["low"], b["close"]),
    "atr": lambda b: talib.ATR(b["high"], b["low"], b["close"], 14),
    "natr": lambda b: talib.NATR(b["high"], b["low"], b["close"], 14),
    "plus_di": lambda b: talib.PLUS_DI(b["high"], b["low"], b["close"], 14),
    "minus_di": lambda b: talib.MINUS_DI(b["high"], b["low"], b["close"], 14),
    "adx": lambda b: talib.ADX(b["high"], b["low"], b["close"], 14),
    "stoch": lambda b: talib.STOCH(b["high"], b["low"], b["close"], 14, 3, 0, 3, 0),
    "cci": lambda b: talib.CCI(b["high"], b["low"], b["close"], 20),
    "mfi": lambda b: talib.MFI(b["high"], b["low"], b["close"], b["volume"], 14),
    "obv": lambda b: talib.OBV(b["close"], b["volume"]),
    "roc": lambda b: talib.ROC(b["close"], 10),
    "mom": lambda b: talib.MOM(b["close"], 10),
    "willr": lambda b: talib.WILLR(b["high"], b["low"], b["close"], 14),
    "highest": lambda b: talib.MAX(b["high"], 20),
    "lowest": lambda b: talib.MIN(b["low"], 20),
}


def seconds(name, rows):
    """How long the calls of that name take over all instruments, one after the other."""
    calls = CALLS.values() if name == "all" else [CALLS[name]]
    start = time.perf_counter()
    for bars in rows:
        for call in calls:
            call(bars)
    return time.perf_counter() - start


def rows_of(arrays):
    """One dictionary of arrays for each instrument."""
    count = len(arrays["close"])
    return [
        {name: np.ascontiguousarray(values[row]) for name, values in arrays.items()} for row in range(count)
    ]


if __name__ == "__main__":
    cases = {path: rows_of(dict(np.load(path))) for path in sys.argv[1:]}
    for line in sys.stdin:
        what, path = line.split()
        print(json.dumps({"seconds": seconds(what, cases[path])}), flush=True)

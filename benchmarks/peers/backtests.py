"""An SMA cross with stop and target in vectorbt and backtesting.py: asked "LIBRARY CASE", it times a run."""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
import vectorbt as vbt
from backtesting import Backtest, Strategy, backtesting
from backtesting.lib import crossover

FAST, SLOW, STOP, TARGET, FEE = 10, 30, 0.02, 0.04, 0.001
warnings.filterwarnings("ignore")
backtesting._tqdm = lambda bars, **_: bars


def with_vectorbt(bars):
    """Signals and trades by its Rust engine, all columns at once."""
    close = bars["close"]
    fast, slow = close.vbt.rolling_mean(FAST, minp=FAST), close.vbt.rolling_mean(SLOW, minp=SLOW)
    portfolio = vbt.Portfolio.from_signals(
        close,
        fast.vbt.crossed_above(slow),
        fast.vbt.crossed_below(slow),
        open=bars["open"],
        high=bars["high"],
        low=bars["low"],
        sl_stop=STOP,
        tp_stop=TARGET,
        fees=FEE,
        # One share a trade and money enough, so that no order is refused.
        size=1.0,
        init_cash=1e9,
        engine="rust",
    )
    return len(portfolio.trades.records)


class Cross(Strategy):
    """The same rules, bar by bar."""

    def init(self):
        self.fast = self.I(lambda: self.data.Close.s.rolling(FAST).mean())
        self.slow = self.I(lambda: self.data.Close.s.rolling(SLOW).mean())

    def next(self):
        if crossover(self.slow, self.fast):
            self.position.close()
        elif not self.position and crossover(self.fast, self.slow):
            price = self.data.Close[-1]
            self.buy(size=1, sl=price * (1 - STOP), tp=price * (1 + TARGET))


def with_backtesting_py(bars):
    """One column after the other."""
    trades = 0
    for symbol in bars["close"]:
        frame = pd.DataFrame({name.capitalize(): column[symbol] for name, column in bars.items()})
        frame.index = pd.date_range("2020-01-01", periods=len(frame), freq="min")
        test = Backtest(frame, Cross, cash=1e9, commission=FEE)
        trades += len(test.run()._trades)
    return trades


LIBRARIES = {"vectorbt": with_vectorbt, "backtesting.py": with_backtesting_py}


def main():
    """Read the cases from the files named, then answer questions until there are no more."""
    cases = {}
    for name in sys.argv[1:]:
        arrays = np.load(name)
        cases[name] = {key: pd.DataFrame(arrays[key].T) for key in ("open", "high", "low", "close")}
    for line in sys.stdin:
        library, case = line.split()
        start = time.perf_counter()
        trades = LIBRARIES[library](cases[case])
        print(json.dumps({"seconds": time.perf_counter() - start, "trades": trades}), flush=True)


main()

"""Daily returns of real prices, and what two libraries and some papers make of such numbers."""

import json

import numpy as np
import pytest

from heliograph.engine.bars import Floats, Times
from tests.engine.candles import candles
from tests.reference import shared

FILES = {
    "goog": ("backtestingpy_goog_1d.parquet", "GOOG"),
    "btc": ("binance_spot_genetrader_1d.parquet", "BTC/USDT"),
}


class Priced:
    """A series of returns with its days, and the figures of quantstats and empyrical for it."""

    def __init__(self, name: str):
        file, symbol = FILES[name]
        bars = candles(shared(file))[symbol]
        self.theirs = shared_json("performance_quantstats_empyrical.json")[list(FILES).index(name)]
        returns = bars.close[0, 1:] / bars.close[0, :-1] - 1
        self.returns: Floats = returns[: self.theirs["n"]]
        self.days: Times = bars.time[1 : self.theirs["n"] + 1]
        self.year: int = self.theirs["periods_per_year"]

    def of(self, measure: str) -> float:
        """What a library says, such as `empyrical.sharpe`."""
        return self.theirs["results"][measure]


@pytest.fixture(scope="module", params=FILES)
def priced(request) -> Priced:
    return Priced(request.param)


@pytest.fixture(scope="module")
def goog() -> Priced:
    return Priced("goog")


@pytest.fixture(scope="module")
def btc() -> Priced:
    return Priced("btc")


@pytest.fixture(scope="session")
def papers():
    """Figures of papers on the Sharpe ratio."""
    return shared_json("sharpe_inference_papers.json")


@pytest.fixture(scope="session")
def vectors():
    """The expectations of empyrical's own tests: a function from a test's name to its cases."""
    told = shared_json("empyrical_test_vectors.json")
    series = {name: np.array(one["values"], dtype=float) for name, one in told["fixtures"].items()}

    def cases(test):
        return [
            (case, series[case["returns"]], np.array(case["expected"], dtype=float))
            for case in told["cases"]
            if case["test"] == test
        ]

    cases.series = series
    return cases


def shared_json(name):
    return json.loads(shared(f"reference/{name}").read_text())

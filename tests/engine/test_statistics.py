"""Measures of daily series against two libraries."""

import json

import numpy as np
import pytest

from heliograph.engine.statistics import max_drawdown, sharpe, sortino
from tests.engine.candles import candles
from tests.reference import shared


@pytest.fixture(scope="module")
def goog():
    """Daily returns of a share, and what empyrical and quantstats make of them."""
    reference = json.loads(shared("reference/performance_quantstats_empyrical.json").read_text())[0]
    close = candles(shared("backtestingpy_goog_1d.parquet"))["GOOG"].close[0]
    return close[1:] / close[:-1] - 1, reference


def test_sharpe_and_sortino_equal_those_of_empyrical_and_quantstats(goog):
    returns, reference = goog
    results, year = reference["results"], reference["periods_per_year"]
    for library in ("empyrical", "quantstats"):
        assert sharpe(returns, per_year=year) == pytest.approx(results[f"{library}.sharpe"], rel=1e-12)
        assert sortino(returns, per_year=year) == pytest.approx(results[f"{library}.sortino"], rel=1e-12)


def test_measures_of_nothing_are_none():
    assert (sharpe(np.zeros(0)), sharpe(np.ones(1)), sharpe(np.zeros(5))) == (None, None, None)
    assert (sortino(np.zeros(0)), sortino(np.ones(5))) == (None, None)


def test_the_drawdown_is_measured_from_the_highest_sum_so_far():
    assert max_drawdown(np.array([1.0, -3.0, 2.0, -4.0, 9.0])) == 5.0
    assert max_drawdown(np.array([-2.0, 5.0])) == 2.0
    assert max_drawdown(np.array([1.0, 2.0])) == 0.0
    assert max_drawdown(np.zeros(0)) == 0.0

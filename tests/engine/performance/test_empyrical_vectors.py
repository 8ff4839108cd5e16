"""empyrical's own test cases. What it says of unknown or endless values differs by intention: we say None."""

import numpy as np
import pytest

from heliograph.engine.performance.drawdown import max_drawdown
from heliograph.engine.performance.growth import COMPOUNDED
from heliograph.engine.performance.known import known
from heliograph.engine.performance.ratios import (
    calmar,
    sharpe,
    sortino,
    total_return,
    volatility,
    yearly_return,
)

YEAR = {"daily": 252, "weekly": 52, "monthly": 12}


def test_compounded_returns(vectors):
    for case, returns, expected in vectors("cum_returns"):
        start = case["starting_value"] or 1.0
        curve = COMPOUNDED.equity(known(returns)) * start - (0.0 if case["starting_value"] else 1.0)
        # It keeps a place for an unknown return at the beginning, as if it were 0.
        np.testing.assert_allclose(curve, expected[len(expected) - len(curve) :], atol=1e-5 * start)


def test_total_returns(vectors):
    for case, returns, expected in vectors("cum_returns_final"):
        if not case["starting_value"]:
            agrees(total_return(returns, COMPOUNDED), expected, abs=1e-5)


def test_drawdowns(vectors):
    for _, returns, expected in vectors("max_drawdown"):
        deepest = max_drawdown(returns, COMPOUNDED)
        agrees(None if deepest is None else -deepest, expected)


@pytest.mark.parametrize(
    ("test", "measure"),
    [
        ("annual_ret", lambda x, year: yearly_return(x, COMPOUNDED, per_year=year)),
        ("annual_volatility", lambda x, year: volatility(x, per_year=year)),
        ("calmar", lambda x, year: calmar(x, COMPOUNDED, per_year=year)),
    ],
)
def test_measures_of_a_year(vectors, test, measure):
    for case, returns, expected in vectors(test):
        if case["returns"] == "mixed_returns" and test != "annual_volatility":
            # It counts the unknown day as time, we do not: here it is given as a day without a return.
            returns = np.nan_to_num(returns)
        agrees(measure(returns, YEAR[case["period"]]), expected)


def test_sharpe_ratios(vectors):
    for case, returns, expected in vectors("sharpe_ratio"):
        riskless = vectors.series.get(case["risk_free"], 0.0)
        agrees(sharpe(returns - riskless, per_year=252), expected)


def test_sortino_ratios(vectors):
    for case, returns, expected in vectors("sortino"):
        required = vectors.series.get(case["required_return"], 0.0)
        agrees(sortino(returns - required, per_year=YEAR[case["period"]]), expected)


def agrees(ours, theirs, **within):
    """Equal, or None where they say NaN or infinite."""
    if np.isfinite(theirs):
        assert ours == pytest.approx(float(theirs), **(within or {"rel": 1e-6}))
    else:
        assert ours is None

"""How alike strategies do."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.correlation import correlations


def test_each_pair_is_compared_on_the_days_that_both_have():
    rng = np.random.default_rng(8)
    table = rng.normal(size=(3, 40))
    table[1] += table[0]
    table[0, :7] = table[1, 30:] = np.nan
    table[2, 12] = np.inf

    found = correlations(table)

    for i in range(3):
        for j in range(3):
            both = np.isfinite(table[i]) & np.isfinite(table[j])
            assert found.days[i, j] == both.sum()
            assert found.values[i, j] == pytest.approx(np.corrcoef(table[i, both], table[j, both])[0, 1])


def test_the_interval_is_fishers():
    # By hand: atanh(0.5) = 0.549306, over 25 - 3 days 1.959964 / sqrt(22) = 0.417866.
    rng = np.random.default_rng(9)
    x, y = np.linalg.qr(rng.normal(size=(25, 3)) - rng.normal(size=(25, 3)).mean(axis=0))[0].T[:2]
    x, y = x - x.mean(), y - y.mean()
    y -= x * (x @ y) / (x @ x)
    z = 0.5 * x / np.linalg.norm(x) + math.sqrt(0.75) * y / np.linalg.norm(y)

    found = correlations(np.stack([x, z]))

    assert found.values[0, 1] == pytest.approx(0.5)
    assert found.low[0, 1] == pytest.approx(math.tanh(0.549306 - 0.417866), abs=1e-5)
    assert found.high[0, 1] == pytest.approx(math.tanh(0.549306 + 0.417866), abs=1e-5)


def test_two_days_in_common_tell_nothing_and_three_no_interval():
    nan = math.nan
    two = correlations(np.array([[1.0, 2.0, nan, 3.0], [nan, 1.0, 5.0, 0.0]]))
    three = correlations(np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 2.0]]))

    assert (two.days[0, 1], math.isnan(two.values[0, 1])) == (2, True)
    assert three.values[0, 1] == pytest.approx(math.sqrt(3) / 2)
    assert math.isnan(three.low[0, 1])


@pytest.mark.parametrize("value", [0.0, 0.1, -3.0])
def test_a_strategy_that_is_the_same_each_day_is_like_nothing(value):
    found = correlations(np.array([[value] * 5, [1.0, 2.0, 3.0, 4.0, 4.0]]))

    assert np.isnan(found.values[0]).all()
    assert found.values[1, 1] == pytest.approx(1.0)


def test_the_same_on_the_days_in_common_is_the_same():
    nan = math.nan
    found = correlations(np.array([[0.1, 0.1, 0.1, 0.1, 7.3, -2.0], [1.0, 2.0, 5.0, 1.0, nan, nan]]))

    assert math.isnan(found.values[0, 1])


def test_nothing_has_no_correlation():
    assert correlations(np.zeros((0, 5))).values.shape == (0, 0)
    assert np.isnan(correlations(np.zeros((2, 0))).values).all()
    with pytest.raises(BadResults, match="table of series by days"):
        correlations(np.zeros(3))


@given(st.integers(0, 2**32), st.floats(0.01, 100), st.integers(-5, 5))
def test_units_and_offsets_do_not_matter_and_pairs_are_mirrored(seed, factor, more):
    rng = np.random.default_rng(seed)
    table = np.where(rng.random((4, 30)) < 0.1, np.nan, rng.normal(size=(4, 30)))

    found, moved = correlations(table), correlations(table * factor + more)

    np.testing.assert_allclose(moved.values, found.values, atol=1e-9)
    np.testing.assert_allclose(found.values, found.values.T)
    assert np.all(np.abs(found.values) <= 1)

"""What signals are worth some bars after their entry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.decay import DecaySums, decay, paths_after_entry, while_held
from heliograph.engine.performance.estimates import Estimate, mean_of

CLOSE = np.array([100.0, 102.0, 104.0, np.nan, 101.0, 99.0])


def test_paths_are_in_r_and_a_short_gains_where_the_price_falls():
    # A long at 100 with its stop at 98, a short at 104 with its stop at 108; three bars from the first held.
    paths = paths_after_entry(CLOSE, [1, 4], [100.0, 104.0], [98.0, 108.0], bars=3)

    np.testing.assert_allclose(paths, [[1.0, 2.0, np.nan], [0.75, 1.25, np.nan]])


def test_without_a_stop_a_path_is_unknown():
    paths = paths_after_entry(CLOSE, [0, 0, 9], [100.0, 100.0, 100.0], [np.nan, 100.0, 98.0], bars=2)

    assert np.isnan(paths).all()


def test_the_curve_is_the_mean_of_what_is_known_so_far():
    paths = np.array([[1.0, 2.0, np.nan, np.nan], [0.0, -1.0, 1.0, np.nan], [2.0, np.inf, -1.0, np.nan]])

    curve = decay(paths).curve

    assert [one.n for one in curve] == [3, 2, 2, 0]
    for k, one in enumerate(curve):
        mean = mean_of(paths[:, k])
        assert (one.value, one.low, one.high) == pytest.approx((mean.value, mean.low, mean.high))
    assert curve[3] == Estimate(0, None, None, None)
    assert decay(paths).best_bar == 1


def test_nothing_has_no_best_bar():
    assert decay(np.zeros((0, 3))).best_bar is None
    assert decay(np.zeros((0, 3))).curve == (Estimate(0, None, None, None),) * 3


def test_while_held_ends_with_the_trade():
    held = while_held(np.ones((3, 3)), [1, 3, 0])

    np.testing.assert_array_equal(held, [[1, np.nan, np.nan], [1, 1, 1], [np.nan] * 3])


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 2**32))
def test_sums_of_parts_are_those_of_the_whole(first, second, seed):
    rng = np.random.default_rng(seed)
    paths = np.where(rng.random((first + second, 4)) < 0.2, np.nan, rng.normal(size=(first + second, 4)))

    whole, parts = decay(paths), decay(paths[:first]) + decay(paths[first:])

    assert parts.counts.tolist() == whole.counts.tolist()
    np.testing.assert_allclose(parts.sums, whole.sums, atol=1e-12)
    np.testing.assert_allclose(parts.squares, whole.squares, atol=1e-12)


def test_what_does_not_fit_is_refused():
    with pytest.raises(BadResults, match="different lengths"):
        decay(np.zeros((1, 2))) + decay(np.zeros((1, 3)))
    with pytest.raises(BadResults, match="table of signals"):
        decay(np.zeros(3))
    for first, bars in ([-1], 2), ([0], 0):
        with pytest.raises(BadResults, match="one bar or more"):
            paths_after_entry(CLOSE, first, [100.0], [98.0], bars=bars)


def test_a_curve_of_one_signal_has_no_interval():
    assert decay(np.array([[0.5]])).curve == (Estimate(1, 0.5, None, None),)
    assert isinstance(decay(np.array([[0.5]])), DecaySums)

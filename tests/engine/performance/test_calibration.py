"""Confidence and what came of it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.calibration import (
    Binning,
    Brier,
    brier,
    calibration,
    calibration_error,
    log_loss,
    reliability_bins,
)
from heliograph.engine.performance.estimates import share

SAID = [0.1, 0.15, 0.35, 0.35, 0.8, 0.9, 1.0, 0.8]
CAME = [0, 1, 0, 1, 1, 1, 1, 0]
signals = st.lists(
    st.tuples(st.integers(0, 20).map(lambda x: x / 20), st.booleans()), min_size=1, max_size=60
)


def test_a_plot_has_its_bins_by_hand():
    found = reliability_bins(SAID, CAME, bins=4)

    assert [(one.low, one.high, one.confidence, one.hit_rate) for one in found] == [
        (0.0, 0.25, pytest.approx(0.125), share(1, 2)),
        (0.25, 0.5, pytest.approx(0.35), share(1, 2)),
        (0.75, 1.0, pytest.approx(0.875), share(3, 4)),
    ]


def test_the_expected_error_is_the_mean_distance_from_the_diagonal():
    # 0.375 of 2, 0.15 of 2, 0.125 of 4.
    found = calibration(SAID, CAME, bins=4)

    assert found.ece == calibration_error(SAID, CAME, bins=4) == pytest.approx((0.75 + 0.3 + 0.5) / 8)
    assert found.worst_bin == pytest.approx(0.375)


def test_bins_of_equal_mass_hold_about_as_many_signals_each():
    found = reliability_bins(SAID, CAME, binning=Binning.EQUAL_MASS, bins=4)

    # Sorted 0.1 0.15 | 0.35 0.35 | 0.8 0.8 | 0.9 1.0.
    assert [(one.low, one.high, one.hit_rate.n, one.hit_rate.value) for one in found] == [
        (0.1, 0.35, 2, 0.5),
        (0.35, 0.8, 2, 0.5),
        (0.8, 0.9, 2, 0.5),
        (0.9, 1.0, 2, 1.0),
    ]


def test_equal_confidences_are_in_one_bin():
    found = reliability_bins([0.2, 0.7, 0.7, 0.7, 0.7], [0, 1, 0, 1, 1], binning=Binning.EQUAL_MASS, bins=5)

    assert [(one.low, one.high, one.hit_rate.n) for one in found] == [(0.2, 0.7, 1), (0.7, 0.7, 4)]


def test_murphys_parts_add_up_where_each_bin_has_one_confidence():
    # Three tenths and nine tenths: rates 1/3 and 1/2; overall 2/5.
    found = brier([0.3, 0.3, 0.3, 0.9, 0.9], [0, 1, 0, 1, 0])

    assert found.score == pytest.approx((0.09 + 0.49 + 0.09 + 0.01 + 0.81) / 5)
    assert found.reliability == pytest.approx(0.6 * (1 / 3 - 0.3) ** 2 + 0.4 * 0.4**2)
    assert found.resolution == pytest.approx(0.6 * (2 / 5 - 1 / 3) ** 2 + 0.4 * 0.1**2)
    assert found.uncertainty == pytest.approx(0.24)
    assert found.within_bins == pytest.approx(0.0, abs=1e-12)


def test_what_differs_within_a_bin_is_named():
    # One bin of 0.2 and 0.8, both right: score 0.04, all of it within.
    assert brier([0.2, 0.8], [0, 1], bins=1) == Brier(
        pytest.approx(0.04), 0.0, 0.0, 0.25, pytest.approx(0.04 - 0.25)
    )


def test_the_log_loss_is_that_of_the_books():
    assert log_loss([0.5, 0.5], [1, 0]) == pytest.approx(math.log(2))
    assert log_loss([0.8, 0.1], [1, 1]) == pytest.approx(-(math.log(0.8) + math.log(0.1)) / 2)


def test_a_certain_miss_costs_much_and_not_everything():
    assert log_loss([0.0], [1]) == log_loss([1.0], [0]) == pytest.approx(15 * math.log(10))
    assert log_loss([1.0, 0.0], [1, 0]) == 0.0


def test_what_is_unknown_or_no_probability_is_left_out_and_counted():
    found = calibration([0.5, math.nan, 0.5, 1.5, -0.1, math.inf], [1, 1, math.nan, 1, 0, 1])

    assert (found.n, found.left_out, len(found.bins)) == (1, 5, 1)


@pytest.mark.parametrize("binning", Binning)
def test_of_nothing_nothing_is_known(binning):
    found = calibration([], [], binning=binning)

    assert (found.n, found.left_out, found.bins) == (0, 0, ())
    assert (found.ece, found.worst_bin, found.brier, found.log_loss) == (None,) * 4


@pytest.mark.parametrize("binning", Binning)
def test_one_signal_is_a_bin_of_its_own(binning):
    found = calibration([1.0], [True], binning=binning)

    assert [one.hit_rate for one in found.bins] == [share(1, 1)]
    assert (found.ece, found.log_loss) == (0.0, 0.0)
    assert found.brier == Brier(0.0, 0.0, 0.0, 0.0, 0.0)


def test_what_does_not_fit_is_refused():
    with pytest.raises(BadResults, match="rows of one length"):
        calibration([0.5], [1, 0])
    with pytest.raises(BadResults, match="a miss is 0"):
        calibration([0.5], [0.7])
    with pytest.raises(BadResults, match="one bin or more"):
        calibration([0.5], [1], bins=0)


@pytest.mark.parametrize("binning", Binning)
@given(signals=signals, bins=st.integers(1, 15), dice=st.randoms())
def test_every_signal_is_in_one_bin_and_the_order_does_not_matter(binning, signals, bins, dice):
    mixed = signals.copy()
    dice.shuffle(mixed)
    one, other = (
        calibration([c for c, _ in rows], [h for _, h in rows], binning=binning, bins=bins)
        for rows in (signals, mixed)
    )

    assert sum(each.hit_rate.n for each in one.bins) == len(signals)
    assert all(each.low - 1e-12 <= each.confidence <= each.high + 1e-12 for each in one.bins)
    assert [each.hit_rate for each in one.bins] == [each.hit_rate for each in other.bins]
    assert (one.ece, one.log_loss) == pytest.approx((other.ece, other.log_loss))
    assert 0 <= one.ece <= one.worst_bin + 1e-12 <= 1 + 1e-9
    assert one.brier.score == pytest.approx(np.mean([(confidence - hit) ** 2 for confidence, hit in signals]))

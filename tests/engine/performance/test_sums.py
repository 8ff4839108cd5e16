"""Measures from sums are those of the values."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.calibration import BINS, BinSums, calibration, calibration_of_sums
from heliograph.engine.performance.distribution import histogram
from heliograph.engine.performance.results import expectancy, profit_factor
from heliograph.engine.performance.sums import ResultSums, quantile_of

results = st.lists(st.integers(-300, 500).map(lambda x: x / 100), max_size=40)
signals = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


@given(results, results)
@example([], [0.03] * 3)
def test_sums_of_two_groups_say_what_all_their_values_say(first, second):
    together = ResultSums.of(first) + ResultSums.of([*second, np.nan])
    whole = [*first, *second]

    direct = expectancy(whole)
    for name in ("n", "value", "low", "high"):
        assert getattr(together.expectancy, name) == pytest.approx(getattr(direct, name), abs=1e-9)
    assert together.profit_factor == pytest.approx(profit_factor(whole))


def binned(rows):
    """Sums of the bins of one width, one signal after the other."""
    edges = np.linspace(0, 1, BINS + 1)
    for place in range(BINS):
        inside = [
            (c, h) for c, h in rows if min(BINS - 1, np.searchsorted(edges, c, side="right") - 1) == place
        ]
        losses = [-np.log(max(c if h else 1 - c, 1e-15)) for c, h in inside]
        yield BinSums(
            low=edges[place],
            high=edges[place + 1],
            n=len(inside),
            confidence=sum(c for c, _ in inside),
            hits=sum(h for _, h in inside),
            squares=sum((c - h) ** 2 for c, h in inside),
            log_loss=float(sum(losses)),
        )


@given(signals)
def test_calibration_from_sums_of_bins_is_that_of_the_signals(rows):
    direct = calibration([c for c, _ in rows], [h for _, h in rows])
    summed = calibration_of_sums(list(binned(rows)))

    assert (summed.n, summed.binning) == (direct.n, direct.binning)
    for name in ("ece", "worst_bin", "log_loss"):
        assert getattr(summed, name) == pytest.approx(getattr(direct, name), abs=1e-9)
    for name in ("score", "reliability", "resolution", "uncertainty", "within_bins"):
        told = getattr(summed.brier, name, None)
        assert told == pytest.approx(getattr(direct.brier, name, None), abs=1e-9)
    assert [(one.low, one.high, one.hit_rate) for one in summed.bins] == [
        (one.low, one.high, one.hit_rate) for one in direct.bins
    ]


def test_what_was_left_out_is_told():
    assert calibration_of_sums([], left_out=3).left_out == 3


def test_a_quantile_lies_within_its_bin():
    counted = histogram([0.1, 0.2, 0.6, 0.7, 0.8, 0.9], edges=[0, 0.5, 1.0])

    # Two in the first bin, four in the second.
    assert quantile_of(counted, 0) == 0.0
    assert quantile_of(counted, 1 / 6) == pytest.approx(0.25)
    assert quantile_of(counted, 0.5) == pytest.approx(0.5 + 0.5 / 4)
    assert quantile_of(counted, 1) == 1.0


def test_a_quantile_outside_the_edges_is_unknown():
    counted = histogram([-1, 0.2, 7], edges=[0, 0.5, 1.0])

    assert quantile_of(counted, 0.1) is None
    assert quantile_of(counted, 0.5) == pytest.approx(0.25)
    assert quantile_of(counted, 0.95) is None
    assert quantile_of(histogram([]), 0.5) is None
    with pytest.raises(BadResults):
        quantile_of(counted, 1.5)


@given(results.filter(len), st.sampled_from([0.05, 0.25, 0.5, 0.75, 0.95]))
def test_a_quantile_of_bins_is_off_by_a_bin_at_most(values, mark):
    found = quantile_of(histogram(values), mark)

    # The value of that rank, with nothing between two of them.
    rank = sorted(values)[max(0, int(np.ceil(mark * len(values) - 1e-9)) - 1)]
    if found is not None:
        assert abs(found - rank) <= 0.5 + 1e-9

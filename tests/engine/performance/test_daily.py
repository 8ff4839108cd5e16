"""From overlapping signals to a series of days."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.daily import daily, side_by_side

HOUR = 3_600_000
DAY = 24 * HOUR
MONDAY = 19_793 * DAY


def test_results_count_on_the_day_of_their_end_and_days_without_one_are_zero():
    ends = [MONDAY + 23 * HOUR, MONDAY, MONDAY + 3 * DAY, MONDAY + 3 * DAY + HOUR]

    found = daily(ends, [1.5, -1.0, 0.25, 0.5], first=MONDAY + 5 * HOUR, last=MONDAY + 4 * DAY)

    assert found.days.tolist() == [MONDAY + day * DAY for day in range(5)]
    assert found.results.tolist() == [0.5, 0.0, 0.0, 0.75, 0.0]
    assert found.ended.tolist() == [2, 0, 0, 2, 0]
    assert found.unknown == 0


def test_a_signal_without_a_result_is_left_out_and_counted():
    found = daily([MONDAY, MONDAY], [math.nan, 2.0], first=MONDAY, last=MONDAY)

    assert (found.results.tolist(), found.ended.tolist(), found.unknown) == ([2.0], [1], 1)


def test_without_signals_every_day_is_zero():
    found = daily([], [], first=MONDAY, last=MONDAY + DAY)

    assert (found.results.tolist(), found.ended.tolist()) == ([0.0, 0.0], [0, 0])


@pytest.mark.parametrize(
    ("ends", "results", "last", "sentence"),
    [
        ([MONDAY - 1], [1.0], MONDAY, "outside the days"),
        ([MONDAY + DAY], [1.0], MONDAY, "outside the days"),
        ([MONDAY], [1.0, 2.0], MONDAY, "1 times and 2 results"),
        ([], [], MONDAY - DAY, "before the first"),
    ],
)
def test_what_does_not_fit_is_refused(ends, results, last, sentence):
    with pytest.raises(BadResults, match=sentence):
        daily(ends, results, first=MONDAY, last=last)


@given(st.lists(st.tuples(st.integers(0, 10 * DAY - 1), st.integers(-8, 8)), max_size=40), st.randoms())
def test_nothing_is_lost_and_the_order_does_not_matter(signals, dice):
    mixed = signals.copy()
    dice.shuffle(mixed)
    one, other = (
        daily([MONDAY + at for at, _ in rows], [r / 4 for _, r in rows], first=MONDAY, last=MONDAY + 9 * DAY)
        for rows in (signals, mixed)
    )

    assert one.results.tolist() == other.results.tolist()
    assert one.results.sum() == sum(r for _, r in signals) / 4
    assert one.ended.sum() == len(signals)


def test_series_side_by_side_are_unknown_outside_their_own_days():
    one = daily([MONDAY], [1.0], first=MONDAY, last=MONDAY + DAY)
    other = daily([MONDAY + 2 * DAY], [2.0], first=MONDAY + DAY, last=MONDAY + 2 * DAY)

    days, results = side_by_side([one, other])

    assert days.tolist() == [MONDAY, MONDAY + DAY, MONDAY + 2 * DAY]
    np.testing.assert_array_equal(results, [[1.0, 0.0, np.nan], [np.nan, 0.0, 2.0]])


def test_no_series_side_by_side_are_an_empty_table():
    days, results = side_by_side([])

    assert (days.shape, results.shape) == ((0,), (0, 0))

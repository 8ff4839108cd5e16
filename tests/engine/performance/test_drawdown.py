"""Falls below the highest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from heliograph.engine.errors import BadResults
from heliograph.engine.performance.drawdown import (
    Drawdown,
    drawdown_series,
    drawdowns,
    max_drawdown,
    ulcer_index,
)
from heliograph.engine.performance.growth import COMPOUNDED, SUMMED
from heliograph.engine.timeframe import DAY

# Summed: 1, 3, 0, 1, 4, 2, 2.
RESULTS = np.array([1.0, 2.0, -3.0, 1.0, 3.0, -2.0, 0.0])
DAYS = DAY * np.arange(100, 107, dtype=np.int64)
both = pytest.mark.parametrize("growth", [SUMMED, COMPOUNDED], ids=["summed", "compounded"])
returns = arrays.arrays(np.float64, st.integers(1, 50), elements=st.integers(-90, 100).map(lambda x: x / 100))


def test_the_drawdown_is_measured_from_the_highest_sum_so_far():
    assert max_drawdown([1.0, -3.0, 2.0, -4.0, 9.0], SUMMED) == 5.0
    assert max_drawdown([-2.0, 5.0], SUMMED) == 2.0
    assert max_drawdown([1.0, 2.0], SUMMED) == 0.0


def test_where_returns_are_reinvested_it_is_a_part_of_the_highest():
    assert max_drawdown([1.0, -0.5, 0.0], COMPOUNDED) == 0.5
    assert max_drawdown([-0.2, 0.5, -0.5], COMPOUNDED) == pytest.approx(0.5)
    assert max_drawdown([0.1, -1.0, 0.5], COMPOUNDED) == 1.0


@both
def test_without_a_period_there_is_none(growth):
    assert max_drawdown([], growth) is None
    assert ulcer_index([np.nan], growth) is None
    assert drawdowns(DAYS[:0], [], growth) == []
    assert drawdown_series([], growth).tolist() == []


def test_the_series_tells_how_far_below_the_highest_each_day_is():
    assert drawdown_series(RESULTS, SUMMED).tolist() == [0, 0, 3, 2, 0, 2, 2]


def test_drawdowns_have_their_days_the_deepest_first():
    deep = Drawdown(3.0, int(DAYS[2]), int(DAYS[2]), int(DAYS[3]), periods=2, is_over=True)
    lasting = Drawdown(2.0, int(DAYS[5]), int(DAYS[5]), int(DAYS[6]), periods=2, is_over=False)

    assert drawdowns(DAYS, RESULTS, SUMMED) == [deep, lasting]
    assert drawdowns(DAYS, RESULTS, SUMMED, most=1) == [deep]


def test_an_unknown_day_is_left_out_with_its_result():
    found = drawdowns(DAYS[:4], [1.0, -1.0, np.nan, -1.0], SUMMED)

    assert found == [Drawdown(2.0, int(DAYS[1]), int(DAYS[3]), int(DAYS[3]), periods=2, is_over=False)]


def test_a_fall_of_the_size_of_rounding_is_none():
    # 0.1 + 0.2 - 0.3 + 0.3 leaves 6e-17 to its height.
    found = drawdowns(DAYS[:5], [0.1, 0.2, -0.3, 0.3, 0.0], SUMMED)

    assert [(one.first_day, one.periods, one.is_over) for one in found] == [(DAYS[2], 1, True)]


def test_every_result_needs_its_day():
    with pytest.raises(BadResults, match="2 days and 3 results"):
        drawdowns(DAYS[:2], [1.0, 2.0, 3.0], SUMMED)


def test_the_ulcer_index_is_the_root_of_the_mean_square_of_the_falls():
    # Falls 0, 0, 3, 2, 0, 2, 2: squares 21 over 7.
    assert ulcer_index(RESULTS, SUMMED) == pytest.approx(3**0.5)


@given(returns, st.floats(0.01, 100))
def test_sums_fall_in_their_unit(values, factor):
    assert max_drawdown(values * factor, SUMMED) == pytest.approx(
        max_drawdown(values, SUMMED) * factor, abs=1e-9
    )


@both
@given(values=returns)
def test_the_deepest_of_all_drawdowns_is_the_largest_fall(growth, values):
    found = drawdowns(DAY * np.arange(len(values), dtype=np.int64), values, growth, most=100)
    falls = drawdown_series(values, growth)

    assert max((one.depth for one in found), default=0.0) == pytest.approx(float(falls.max()))
    assert sum(one.periods for one in found) == np.count_nonzero(falls > 1e-12 * max(falls.max(), 1e-300))
    assert np.all(falls >= 0)


@given(returns)
def test_a_compounded_fall_is_never_more_than_all(values):
    assert np.all(drawdown_series(values, COMPOUNDED) <= 1.0)

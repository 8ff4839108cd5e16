"""What blocks of bars must be, and what they can give."""

import numpy as np
import pytest

from heliograph.engine.bars import INPUTS, PRICES, Bars
from heliograph.engine.errors import BadBars
from heliograph.engine.timeframe import TIMEFRAMES, Timeframe
from tests.engine.series import random_bars


def _bars(time: np.ndarray, **given: np.ndarray) -> Bars:
    return Bars(time=time, **({name: np.ones((2, 3)) for name in INPUTS} | given))


TIME = np.array([1, 2, 3], dtype=np.int64)


@pytest.mark.parametrize(
    ("time", "given", "sentence"),
    [
        (TIME.astype(float), {}, "Bar times must be one row of 64-bit whole numbers."),
        (TIME.reshape(1, 3), {}, "Bar times must be one row of 64-bit whole numbers."),
        (np.array([1, 3, 3]), {}, "Bar times must rise."),
        (TIME, {"low": np.ones((2, 4))}, "low has shape (2, 4), not (2, 3)."),
        (TIME, {"volume": np.ones((2, 3), dtype=int)}, "volume must be contiguous 64-bit floats."),
        (TIME, {"high": np.ones((3, 2)).T}, "high must be contiguous 64-bit floats."),
    ],
)
def test_bars_that_are_none_are_refused(time, given, sentence):
    with pytest.raises(BadBars) as caught:
        _bars(time, **given)
    assert str(caught.value) == sentence


def test_another_unit_of_money_leaves_the_volume():
    bars = random_bars(1)
    cents = bars.times(100.0)
    np.testing.assert_array_equal(cents.volume, bars.volume)
    for name in PRICES:
        np.testing.assert_array_equal(getattr(cents, name), getattr(bars, name) * 100.0)


def test_a_month_has_no_length_and_nothing_is_made_of_months():
    day, month = Timeframe.parse("1d"), Timeframe.parse("1M")
    assert (month.ms, month.is_multiple_of(day), month.is_multiple_of(Timeframe.parse("1w"))) == (
        None,
        True,
        False,
    )
    assert not any(Timeframe.parse(name).is_multiple_of(month) for name in TIMEFRAMES)

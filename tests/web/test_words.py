"""How numbers, moments and ages are written."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.signals.items import SignalItem
from heliograph.web.life import ending, life_of
from heliograph.web.numbers import PriceText, count, fixed, price_decimals, price_text, signed
from heliograph.web.templatetags.look import score
from heliograph.web.times import age_text, moment_text

NOW = datetime(2024, 8, 21, 20, 0, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.4449, "+0.44"),
        (-0.66, "−0.66"),
        (0.001, "0.00"),
        (-0.001, "0.00"),
        (None, "–"),
        (1234.5, "+1,234.50"),
    ],
)
def test_an_outcome_carries_its_sign_unless_it_rounds_to_zero(value, written):
    assert signed(value, 2) == written


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_unknown_is_a_dash(value):
    assert (fixed(value, 2), signed(value, 2)) == ("–", "–")


def test_what_rounds_to_zero_has_no_sign():
    assert (fixed(-0.004, 2), fixed(-0.006, 2), signed(-0.004, 2)) == ("0.00", "−0.01", "0.00")


def test_only_what_lacks_nothing_has_all_points():
    assert [score(value) for value in (100, 99.99, 64.5, 0, None)] == ["100", "99", "64", "0", "–"]


def test_a_count_of_zero_is_zero_and_only_unknown_is_a_dash():
    assert (count(0), count(61570), count(None)) == ("0", "61,570", "–")


@pytest.mark.parametrize(
    ("prices", "decimals"),
    [
        ([61570.0, 61012.5], 2),
        ([2646.43], 2),
        ([11.13, 11.2], 2),
        ([1.16127], 5),
        ([0.6026], 4),
        ([7.97e-06], 8),
        ([28.05591772], 4),
        ([], 2),
    ],
)
def test_prices_keep_the_decimals_of_their_instrument(prices, decimals):
    assert price_decimals(prices) == decimals


def test_the_leading_zeros_of_a_small_price_are_set_apart():
    assert price_text(7.97e-06, 8) == PriceText("0.00000", "797")
    assert price_text(143.4, 2) == PriceText("", "143.40")


@pytest.mark.parametrize(
    ("moment", "timeframe", "written"),
    [
        (datetime(2024, 8, 21, 18, tzinfo=UTC), "1h", "21 Aug 18:00"),
        (datetime(2013, 8, 1, tzinfo=UTC), "1h", "1 Aug 2013 00:00"),
        (datetime(2013, 8, 1, tzinfo=UTC), "1d", "1 Aug 2013"),
        (None, "1h", "–"),
    ],
)
def test_a_moment_has_its_year_where_it_is_not_this_one(moment, timeframe, written):
    assert moment_text(moment, now=NOW, timeframe=timeframe) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "just now"), (4, "4 s"), (119, "1 min"), (29 * 60, "29 min"), (3 * 3600, "3 h"), (200_000, "2 d")],
)
def test_an_age_is_one_number_and_one_unit(seconds, written):
    assert age_text(timedelta(seconds=seconds)) == written


def signal_item(**facts):
    """A settled long of 100 with its stop at 90 and targets at 110 and 120, unless said otherwise."""
    given = {"state": "settled", "exit_reason": "exit", "exit_price": 105.0, "parts": ()} | facts
    bar = datetime(2024, 8, 20, 16, tzinfo=UTC)
    return SignalItem(
        **{name: "" for name in ("strategy", "venue", "symbol", "reason", "detail")},
        **{name: 1 for name in ("id", "version", "version_id", "instrument_id")},
        **{name: False for name in ("replay", "historical", "late")},
        **{"stage": "live", "timeframe": "1h", "side": "long", "signal_time": bar, "close": 100.0},
        **{"stop": 90.0, "targets": (110.0, 120.0), "confidence": None, "reward_risk": 1.5},
        **{"created_at": bar, "entry_time": bar + timedelta(hours=1), "entry_price": 100.0},
        **{"exit_time": bar + timedelta(hours=3), "bars_held": 2},
        **given,
    )


FIRST = {"target": 1, "time": 1_724_173_200_000, "price": 110.0, "fraction": 0.5}
SECOND = FIRST | {"target": 2, "price": 120.0}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, ""),
        ({"parts": (FIRST | {"fraction": 1.0},), "exit_reason": "target"}, ""),
        ({"parts": (FIRST,)}, "half at T1, half at exit"),
        ({"parts": (FIRST,), "exit_reason": "expired"}, "half at T1, half as it expired"),
        ({"parts": (FIRST, SECOND), "exit_reason": "target"}, "half at T1, half at T2"),
        ({"parts": (FIRST | {"fraction": 0.3},), "exit_reason": "stop"}, "30 % at T1, 70 % at stop"),
        ({"parts": (FIRST,), "state": "open", "exit_reason": None}, ""),
    ],
)
def test_a_trade_that_left_in_parts_says_so(facts, words):
    assert ending(signal_item(**facts)) == words


def test_the_life_of_a_signal_is_told_in_its_order():
    events = life_of(signal_item(parts=(FIRST,)), 2)

    assert [event.words for event in events] == [
        "Bar closed, published",
        "Entered at 100.00",
        "Half left at target 1, 110.00",
        "Half left as its exit came true, 100.00",
        "Settled after 2 bars, mean 105.00",
    ]

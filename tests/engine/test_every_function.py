"""What must hold for every function of the language is checked for every one that is registered."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.functions import FUNCTIONS
from heliograph.engine.runner import Runner
from tests.engine.series import bits, evaluate, existing, plan_of, random_bars

MORE = (
    "sma(close, 1)",
    "sma(close, 400)",
    "wma(close, 90)",
    "stddev(close, 311)",
    "highest(high - open, 300)",
    "mom(obv(), 129)",
    "ema(ema(close, 3), 200)",
    "ema(close, 1)",
    "wma(close, 2)",
    "highest(close, 1)",
    "stddev(volume, 3)",
    "stoch_k(5, 1, 1)",
    "plus_di(1)",
    "cci(130)",
    "mfi(2)",
    "macd(close, 5, 3, 1)",
    "roc(volume, 2)",
    "close[1] - close[70]",
    "clip(close, open, 5)",
    "clip(5, open, close)",
    "if_else(close > open, 1, 0)",
    "5",
    "close",
    "not (close > open) or volume % 7 < 3",
    "-close / (close - close[1])",
    "on('4h', close)",
    "on('4h', rsi(close, 3)) > on('1d', sma(close[1], 2))",
    "on('1w', highest(high, 2))",
    "on('1M', obv())",
    "on('4h', on('1d', vwap()) - vwap())",
    "on('1d', 3)",
    "crosses_above(rsi(close, 5), 50)",
)
EXPRESSIONS = (*(function.example for function in FUNCTIONS.values()), *MORE)
PLAN = plan_of(EXPRESSIONS)
SEEDS = st.integers(0, 10_000)


def test_blocks_of_any_size_threads_and_restarts_change_no_bit():
    bars = random_bars(7, count=5_000)
    whole = evaluate(PLAN, bars)
    for blocks, threads, restart in (
        ([1], 1, False),
        ([7], 1, True),
        ([64], 2, False),
        ([4096], 1, False),
        ([4096, 3], 2, True),
    ):
        for text, expected, got in zip(
            EXPRESSIONS,
            whole,
            evaluate(PLAN, bars, blocks=blocks, threads=threads, restart=restart),
            strict=True,
        ):
            np.testing.assert_array_equal(bits(got), bits(expected), err_msg=f"{text} in {blocks}")


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, blocks=st.lists(st.integers(1, 200), min_size=1, max_size=9), restart=st.booleans())
def test_blocks_of_random_sizes_change_no_bit(seed, blocks, restart):
    bars = random_bars(seed)
    for text, expected, got in zip(
        EXPRESSIONS, evaluate(PLAN, bars), evaluate(PLAN, bars, blocks=blocks, restart=restart), strict=True
    ):
        np.testing.assert_array_equal(bits(got), bits(expected), err_msg=text)


@pytest.mark.parametrize(("instruments", "count"), [(1, 70_000), (70, 2_000)])
def test_two_threads_change_no_bit(instruments, count):
    bars = random_bars(11, instruments=instruments, count=count)
    for text, expected, got in zip(
        EXPRESSIONS,
        evaluate(PLAN, bars, blocks=[1_000]),
        evaluate(PLAN, bars, threads=2),
        strict=True,
    ):
        np.testing.assert_array_equal(bits(got), bits(expected), err_msg=text)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, count=st.integers(1, 699))
def test_cutting_off_the_future_changes_nothing_of_the_past(seed, count):
    bars = random_bars(seed)
    for text, whole, cut in zip(
        EXPRESSIONS, evaluate(PLAN, bars), evaluate(PLAN, bars.upto(count)), strict=True
    ):
        np.testing.assert_array_equal(bits(cut), bits(np.ascontiguousarray(whole[:, :count])), err_msg=text)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS)
def test_a_missing_bar_gives_nothing_and_leaves_no_trace(seed):
    bars = random_bars(seed, missing=0.2)
    outputs = evaluate(PLAN, bars)
    for row in range(bars.instruments):
        has = ~np.isnan(bars.close[row])
        alone = evaluate(PLAN, existing(bars, row))
        for text, among, expected in zip(EXPRESSIONS, outputs, alone, strict=True):
            assert np.isnan(among[row, ~has]).all(), text
            np.testing.assert_array_equal(bits(among[row, has]), bits(expected[0]), err_msg=text)


def test_an_instrument_that_is_late_is_advanced_alone():
    bars = random_bars(5)
    runner = Runner(PLAN, instruments=3)
    late = [_only(bars, rows) for rows in ([0, 2], [1])]
    among, alone = ([values.copy() for values in runner.advance(part)] for part in late)
    for text, expected, others, last in zip(EXPRESSIONS, evaluate(PLAN, bars), among, alone, strict=True):
        got = np.where(np.array([[False], [True], [False]]), last, others)
        np.testing.assert_array_equal(bits(got), bits(expected), err_msg=text)


def _only(bars: Bars, rows: list[int]) -> Bars:
    fields = {name: np.full_like(getattr(bars, name), np.nan) for name in INPUTS}
    for name, values in fields.items():
        values[rows] = getattr(bars, name)[rows]
    return Bars(time=bars.time, **fields)


@pytest.mark.parametrize("spoil", [lambda x: x * 1e200, lambda x: x * 1e-200, lambda x: x * 0.0])
def test_what_is_not_finite_is_unknown(spoil: Callable[[np.ndarray], np.ndarray]):
    bars = random_bars(3)
    prices = {name: spoil(getattr(bars, name)) for name in INPUTS}
    for text, values in zip(EXPRESSIONS, evaluate(PLAN, Bars(time=bars.time, **prices)), strict=True):
        assert not np.isinf(values).any(), text


def test_every_output_is_first_known_at_its_warmup():
    bars = random_bars(2, instruments=1, count=3_000, missing=0.0)
    has = ~np.isnan(bars.close[0])
    fields = {name: getattr(bars, name)[:, has][0] for name in INPUTS if name != "volume"}
    bars = Bars.single(np.arange(has.sum()) * 3_600_000, volume=np.ones(has.sum()), **fields)
    examples = [function.example for function in FUNCTIONS.values()]
    plan = plan_of(examples)
    for text, values, warmup in zip(examples, evaluate(plan, bars), plan.warmup, strict=True):
        first = int(np.flatnonzero(~np.isnan(values[0]))[0])
        assert first == warmup or (first < warmup and "crosses" in text), text


def test_where_one_began_is_forgotten_after_the_time_it_takes_to_settle():
    bars = random_bars(9, instruments=1, count=2_000, missing=0.0)
    examples = [function.example for function in FUNCTIONS.values()]
    plan = plan_of(examples)
    whole, late = evaluate(plan, bars), evaluate(plan, bars.slice(777, len(bars)))
    for text, expected, got, settle in zip(examples, whole, late, plan.settle, strict=True):
        assert (settle == np.inf) == (text == "obv()"), text
        if settle < np.inf:
            start = int(np.ceil(settle))
            scale = 1e-9 * np.maximum(np.abs(expected[:, 777 + start :]), 1.0)
            difference = np.abs(got[:, start:] - expected[:, 777 + start :])
            assert not (difference > 3.0 * scale).any(), text

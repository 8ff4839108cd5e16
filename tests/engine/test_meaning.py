"""Expressions that are written differently mean the same exactly where their values are the same."""

import itertools

import numpy as np
import pytest

from heliograph.engine.graph import Graph
from heliograph.engine.language import parse
from heliograph.engine.meaning import Meanings
from tests.engine.series import random_bars, values_of

# In each line all mean the same.
SAME = (
    ("close + open", "open+close", "(open) + close"),
    ("close * 2 > open", "open < 2 * close"),
    (
        "close > open and high > 3 and low < 2",
        "low < 2 and (3 < high and open < close)",
        "low < 2 and low < 2 and high > 3 and close > open",
    ),
    ("close > open or volume >= 3 * 2", "6 <= volume or open < close"),
    ("crosses_above(close, open)", "crosses_below(open, close)"),
    ("ema(close, 14)", "ema(n=14, x=close)"),
    ("on('4h', close > open and low > 2)", "on('4h', 2 < low and open < close)"),
    ("close - open", "close - open"),
)
# None of these means what another one does.
APART = (
    "close - open",
    "open - close",
    "close / open",
    "min(close, open)",
    "ema(close, 14)",
    "ema(close, 15)",
    "on('4h', ema(close, 14))",
    "close > open and high > 3 or low < 2",
    "close > open and (high > 3 or low < 2)",
    "close > open",
    "close >= open",
    "close[1] > open",
)


@pytest.mark.parametrize("texts", SAME)
def test_what_means_the_same_has_one_meaning_and_the_same_values(texts):
    graph, meanings = Graph(), Meanings()
    found = [meanings.of(parse(text, graph=graph, timeframe="1h")) for text in texts]
    bars = random_bars(3)

    assert len({one.exact for one in found}) == len({one.shape for one in found}) == 1
    for text in texts[1:]:
        np.testing.assert_array_equal(values_of(text, bars), values_of(texts[0], bars))


def test_what_differs_has_another_meaning():
    graph, meanings = Graph(), Meanings()
    found = {text: meanings.of(parse(text, graph=graph, timeframe="1h")).exact for text in APART}

    assert [pair for pair in itertools.combinations(APART, 2) if found[pair[0]] == found[pair[1]]] == []


def test_the_shape_leaves_the_numbers_out():
    graph, meanings = Graph(), Meanings()
    one, other = (
        meanings.of(parse(text, graph=graph)) for text in ("rsi(close, 14) < 70", "75 > rsi(close, 10)")
    )

    assert one.exact != other.exact
    assert one.shape == other.shape
    assert sorted(zip(one.numbers, other.numbers, strict=True)) == [(14, 10), (70, 75)]


def test_an_expression_that_doubles_at_each_step_is_told_at_once():
    text = "close"
    for _ in range(60):
        text = f"bb_upper({text}, 5, 2)"
    graph = Graph()

    assert len(Meanings().of(parse(text, graph=graph)).numbers) == 40

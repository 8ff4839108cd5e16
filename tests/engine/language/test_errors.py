"""Every mistake in an expression is one sentence that points at its column."""

import pytest

from heliograph.engine.graph import Graph
from heliograph.engine.language import BadExpression, parse

PARAMS = {"fast": 12.0, "half": 0.5}


def mistake(text: str) -> BadExpression:
    with pytest.raises(BadExpression) as caught:
        parse(text, graph=Graph(), params=PARAMS, timeframe="5m")
    return caught.value


PICTURES = [
    (
        "crosses_above(emaa(close, 12), close)",
        "column 15: there is no function `emaa`. Did you mean `ema`?",
        "crosses_above(emaa(close, 12), close)\n              ^",
    ),
    (
        "close > opn",
        "column 9: there is no `opn`. Did you mean `open`?",
        "close > opn\n        ^",
    ),
    ("close[-1]", None, "close[-1]\n      ^"),
    (
        "rsi(close, 14) <",
        "column 17: the expression ends where a value is missing.",
        "rsi(close, 14) <\n                ^",
    ),
    ("close\n  > opn", "column 11: there is no `opn`. Did you mean `open`?", "close   > opn\n          ^"),
]


@pytest.mark.parametrize(("text", "sentence", "picture"), PICTURES)
def test_a_caret_stands_below_the_column(text, sentence, picture):
    error = mistake(text)

    assert error.caret() == picture
    assert sentence in (None, str(error))


def test_the_picture_of_a_long_expression_is_cut_to_a_screen():
    text = " and ".join(["close > open"] * 30) + " and clse > open"

    upper, lower = mistake(text).caret().split("\n")

    assert len(upper) <= 98
    assert upper[lower.index("^") :].startswith("clse > open")
    assert upper.startswith("…")


SENTENCES = {
    # names
    "emaa(close, 3)": "column 1: there is no function `emaa`. Did you mean `ema`?",
    "CLOSE > 1": "column 1: there is no `CLOSE`. Did you mean `close`?",
    "sma(close, fats)": "column 12: there is no `fats`. Did you mean `fast`?",
    "bbands(close, 20, 2)": "column 1: there is no function `bbands`. Did you mean `bb_upper`?",
    "close > 1 AND open > 1": "column 11: an operator is missing before `AND`.",
    "sma": "column 1: `sma` is a function; write for example `sma(close, 20)`.",
    "close(3)": "column 1: `close` is not a function; `close[1]` is its value one bar ago.",
    "rank(close)": "column 1: `rank` is not available in this release.",
    "True": "column 1: write `true`.",
    # percent
    "5%": "column 3: the expression ends where a value is missing; "
    "`%` is the rest of a division, and 5 percent below the close is `close * 0.95`.",
    # arguments
    "sma(close)": "column 1: `sma(x, n)` takes 2 values; `n` is missing. Write for example `sma(close, 20)`.",
    "rsi(14)": "column 1: `rsi(x, n)` takes 2 values; `n` is missing. Write for example `rsi(close, 14)`.",
    "sma(close, 3, 4)": "column 15: `sma(x, n)` takes 2 values; this one is too many.",
    "sma(close, m=3)": "column 12: `sma` has no `m`; `sma(x, n)` takes 2 values.",
    "sma(close, n=3, n=4)": "column 17: `n` of `sma` is given twice.",
    "sma(n=3, close)": "column 15: values without a name come before those with one.",
    "sma(close, 3)(4)": "column 14: an operator is missing before `(`; only functions are followed by one.",
    "3(close)": "column 2: an operator is missing before `(`; only functions are followed by one.",
    "true_range(3)": "column 12: `true_range()` takes no values; this one is too many.",
    "sma(close, 1.5)": "column 12: `n` of `sma` must be a whole number from 1 to 10,000, not `1.5`.",
    "sma(close, half)": (
        "column 12: `n` of `sma` must be a whole number from 1 to 10,000, not `half`, which is 0.5."
    ),
    "sma(close, close)": "column 12: `n` of `sma` must be a whole number from 1 to 10,000, not `close`.",
    "sma(close, 0)": "column 12: `n` of `sma` must be a whole number from 1 to 10,000, not `0`.",
    "sma(close, 1000000000)": (
        "column 12: `n` of `sma` must be a whole number from 1 to 10,000, not `1000000000`."
    ),
    # bars ago
    "close[-1]": (
        "column 7: looking ahead cannot be written; the number in `[ ]` says how many bars ago, 0 or more."
    ),
    "close[0 - fast]": (
        "column 7: looking ahead cannot be written; the number in `[ ]` says how many bars ago, 0 or more."
    ),
    "close[open]": "column 7: the number in `[ ]` must be a whole number of bars, from 0 to 10,000.",
    "close[10001]": "column 7: the number in `[ ]` must be a whole number of bars, from 0 to 10,000.",
    "close[1:2]": "column 8: there is no `:` here; `x[3]` is x three bars ago.",
    # conditions and numbers
    "close and open": "column 1: `close` is a number, not a condition; compare it, for example `close > 0`.",
    "not close": "column 5: `close` is a number, not a condition; compare it, for example `close > 0`.",
    "(close > open) + 1": (
        "column 2: `close > open` is a condition, not a number;"
        " `if_else(close > open, 1, 0)` makes one of it."
    ),
    "sma(close > open, 5)": (
        "column 5: `close > open` is a condition, not a number;"
        " `if_else(close > open, 1, 0)` makes one of it."
    ),
    "(close > open) == true": (
        "column 2: `close > open` is a condition and is not compared;"
        " join conditions with `and`, `or`, `not`."
    ),
    "if_else(close, 1, 2)": (
        "column 9: `close` is a number, not a condition; compare it, for example `close > 0`."
    ),
    "if_else(close > 1, 1, true)": ("column 23: `1` and `true` must both be numbers or both be conditions."),
    # higher timeframes
    "on('7h', close)": (
        "column 4: there is no timeframe `7h`;"
        " there are 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 12h, 1d, 1w, 1M."
    ),
    "on('1m', close)": (
        "column 4: the bars here are `5m`, and `1m` is not a longer timeframe made of whole ones."
    ),
    "on('1d', on('4h', close))": (
        "column 13: the bars here are `1d`, and `4h` is not a longer timeframe made of whole ones."
    ),
    "on(close, close)": "column 4: a timeframe is written as a text, for example `'1h'`.",
    "on": "column 1: `on` is a function; write for example `on('1h', close)`.",
    "'1h'": "column 1: a text stands only first in `on('1h', ...)`.",
    "on('1h')": "column 1: `on(timeframe, e)` takes 2 values, for example `on('1h', ema(close, 50))`.",
    # what is missing
    "": "column 1: there is no expression.",
    "(close": "column 1: this `(` is never closed.",
    "close > 3)": "column 10: this `)` was never opened.",
    "sma(close, 3]": "column 13: `)` must come before this `]`.",
    "sma(, 3)": "column 5: a value is missing before `,`.",
    "sma(close,)": "column 11: a value is missing before `)`.",
    "sma(close 3)": "column 11: an operator is missing before `3`.",
    "(close, open)": "column 7: a comma stands only between the values of a function.",
    "close < not open > 1": (
        "column 9: this cannot be read; put a part that starts with `not` in brackets after another operator."
    ),
    # habits from elsewhere
    "close = 3": "column 7: a single `=` compares nothing; write `==`.",
    "close > 1 && open > 1": "column 11: write `and`.",
    "close ** 2": "column 7: there is no power; multiply instead, for example `x * x`.",
    "close if open > 1 else high": "column 7: there is no `if`; write `if_else(condition, a, b)`.",
    "close ≥ 3": "column 7: write `>=`.",
    "close > 3 # cheap": "column 11: there are no comments inside an expression.",
    "1_000": "column 1: a number is written like 14, 0.5 or 1e3.",
    "007": "column 1: a number does not start with 0. Did you mean `7`?",
}


@pytest.mark.parametrize("text", SENTENCES)
def test_a_mistake_is_named_with_its_column_and_remedy(text):
    assert str(mistake(text)) == SENTENCES[text]


HOSTILE = [
    "__import__('os')",
    "().__class__.__mro__",
    "close.values",
    "lambda: close",
    "[x for x in close]",
    "{1: 2}",
    "(x := 1)",
    "f'{close}'",
    "'text'",
    "b'bytes'",
    "9**9**9",
    "9" * 9_999,
    "1e999",
    "sma(close, 10**9)",
    "sma(*close)",
    "sma(**close)",
    "close\0",
    "clöse",
    "(" * 10_000,
    "(" * 4_999 + "1" + ")" * 4_999,
    "abs(" * 2_000 + "close" + ")" * 2_000,
    "close" + "[1]" * 3_000,
    "-" * 9_999,
    "not " * 2_400 + "true",
    "close" + " + close" * 1_200,
    "close" + " < close" * 1_200,
    "a" * 9_999,
    "close > " + "x" * 64,
    " " * 20_000,
    "close; import os",
    "close\\\n",
    "await close",
    "yield",
    "...",
    "None",
    "on('1h', '1h')",
    "+".join(f"sma(close, {9_000 + n}) + stddev(close, {9_000 + n})" for n in range(20)),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_in_one_short_sentence(text):
    error = mistake(text)

    assert 1 <= error.column <= len(text) + 1
    assert len(str(error)) < 250
    assert "\n" not in str(error)

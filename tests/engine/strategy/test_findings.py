"""Everything that is wrong with a strategy file is said at once, each in one sentence with its place."""

# ruff: noqa: E501  (the sentences stand as they are printed)

import pytest

from heliograph.engine.strategy import BadStrategy, Strategy

HEAD = 'name = "x"\ntimeframe = "1h"\n'
SIDE = '[long]\nenter = "close > open"\n'
PLAIN = HEAD + SIDE + 'exit = "close < open"\n'


def findings(text, **given):
    with pytest.raises(BadStrategy) as caught:
        Strategy.parse(text, **given)
    return str(caught.value).split("\n")


MANY = """\
name = 3
timeframe = "5min"
nam = "x"
cooldown = 3
[params]
fast = {default = 50, min = 5, max = 30}
slow = {default = 26, min = 90, max = 80, step = 2}
close = 3
x = "a"
[long]
enter = '''
  emaa(close, fast) > 3 and
  true'''
exit = "close and open"
stop = "close + atr(14)"
targets = ["close - 1 * atr(14)", 'close * 0.9', "high + 1"]
fractions = [0.5, 0.4, 0.2]
expires = 0
[short]
exitt = "close"
targets = ["close * 1.1"]
[execution]
fill = "next"
fee_pct = -1
opposite = "revers"
intrabar = 5
[filters]
min_confidence = 0.3
min_reward_risk = 1.5
cooldown = 1.5
"""


def test_a_data_table_is_checked_as_the_others_are():
    text = (
        PLAIN + '[data]\nmode = "hybird"\nfresh = 0\ncomplete_pct = 101\nmax_gaps_pct = "few"\nmax_gap = 1\n'
    )

    assert findings(text) == [
        'line 7, column 8: `mode` must be one of "auto", "database", "hybrid", "live", not "hybird". Did you mean `hybrid`?',
        "line 8, column 9: `fresh` must be a whole number from 1 to 1,000,000, not 0.",
        "line 9, column 16: `complete_pct` must be a number from 0 to 100, not 101.",
        'line 10, column 16: `max_gaps_pct` must be a number from 0 to 100, not "few".',
        "line 11, column 1: there is no `max_gap` in [data]. Did you mean `max_gaps_pct`?",
    ]


def test_all_mistakes_of_a_file_are_named_at_once_in_its_order():
    assert findings(MANY) == [
        "line 1, column 8: `name` must be a text in quotes, not 3.",
        'line 2, column 13: `timeframe` must be one of "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h",'
        ' "1d", "1w", "1M", not "5min". Did you mean `5m`?',
        "line 3, column 1: there is no `nam` at the top of a strategy. Did you mean `name`?",
        "line 4, column 1: there is no `cooldown` at the top of a strategy; it belongs under [filters].",
        "line 6, column 19: `default` of `fast` is 50, outside 5 to 30.",
        "line 7, column 29: `min` of `slow` is above its `max`: 90 and 80.",
        "line 7, column 43: there is no `step` in [params.slow]; there are default, min, max.",
        "line 8, column 1: `close` has a meaning in expressions already; name the parameter otherwise.",
        'line 9, column 5: `x` must be a number or {default = ..., min = ..., max = ...}, not "a".',
        "line 12, column 3: there is no function `emaa`. Did you mean `ema`?",
        "line 14, column 9: `close` is a number, not a condition; compare it, for example `close > 0`.",
        "line 15, column 8: the stop of a long must lie below the close, and this lies above the close.",
        "line 16, column 12: the first target of a long must lie above the close, and this lies below the close.",
        "line 16, column 35: the second target of a long must lie above the close, and this lies below the close.",
        "line 17, column 13: `fractions` must sum to 1, not 1.1.",
        "line 18, column 11: `expires` must be a whole number from 1 to 1,000,000, not 0.",
        "line 19, column 1: [short] has no `enter`.",
        "line 20, column 1: there is no `exitt` in [short]. Did you mean `exit`?",
        "line 21, column 12: the first target of a short must lie below the close, and this lies above the close.",
        'line 23, column 8: `fill` must be one of "next_open", "close", not "next". Did you mean `next_open`?',
        "line 24, column 11: `fee_pct` must be a number from 0 to 50, not -1.",
        'line 25, column 12: `opposite` must be one of "ignore", "exit", "reverse", not "revers".'
        " Did you mean `reverse`?",
        'line 26, column 12: `intrabar` must be one of "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h",'
        ' "1d", "1w", "1M", not 5.',
        "line 28, column 18: `min_confidence` needs a `confidence` under [score].",
        "line 29, column 19: `min_reward_risk` needs `stop` under [short].",
        "line 30, column 12: `cooldown` must be a whole number from 0 to 1,000,000, not 1.5.",
    ]


ONE = {
    "stop_is_missing": (
        PLAIN + "[filters]\nmin_reward_risk = 2\n",
        "line 7, column 19: `min_reward_risk` needs `stop` and `targets` under [long].",
    ),
    "never_ends": (
        HEAD + SIDE,
        "line 3, column 1: a long of this strategy never ends; name a stop, targets, `exit`, `expires` or an"
        " `opposite` other than ignore, or say alert_only = true to announce signals without scoring.",
    ),
    "opposite_of_nothing": (
        HEAD + SIDE + '[execution]\nopposite = "exit"\n',
        "line 3, column 1: a long of this strategy never ends; name a stop, targets, `exit`, `expires` or an"
        " `opposite` other than ignore, or say alert_only = true to announce signals without scoring.",
    ),
    "no_side": (
        HEAD,
        "line 1, column 8: the strategy has neither [long] nor [short], so it can never signal.",
    ),
    "no_timeframe": (
        PLAIN.replace('timeframe = "1h"\n', ""),
        'line 1, column 1: the strategy has no `timeframe`, for example timeframe = "1h".',
    ),
    "intrabar": (
        PLAIN + '[execution]\nintrabar = "1h"\n',
        "line 7, column 12: `intrabar` must be finer than the timeframe, 1h, and divide it; 1h does not.",
    ),
    "four_targets": (
        PLAIN + 'targets = ["high + 1", "high + 2", "high + 3", "high + 4"]\n',
        "line 6, column 11: `targets` must be a list of at most 3 texts, not a list of 4.",
    ),
    "fractions": (
        PLAIN + 'targets = ["close * 2", "close * 3"]\nfractions = [1.0]\n',
        "line 7, column 13: `fractions` must be a list of as many numbers as there are targets, 2.",
    ),
    "fraction": (
        PLAIN + 'targets = ["close * 2", "close * 3"]\nfractions = [1, 0]\n',
        "line 7, column 17: `fractions` must be a number above 0 to 1, not 0.",
    ),
    "on": (
        PLAIN.replace("close < open", "close < on('30m', open)"),
        "line 5, column 20: the bars here are `1h`, and `30m` is not a longer timeframe made of whole ones.",
    ),
    "number_as_expression": (
        PLAIN + "stop = 95\n",
        "line 6, column 8: `stop` must be a text in quotes, not 95.",
    ),
    "not_a_table": (
        'long = "close > open"\n' + HEAD,
        "line 1, column 8: `long` must be a table, written as [long].",
    ),
    "dated": (
        PLAIN + "expires = 2020-01-01\n",
        "line 6, column 11: `expires` must be a whole number from 1 to 1,000,000, not 2020-01-01.",
    ),
    "whole": (
        '[params]\nn = 2.5\n[long]\nenter = "sma(close, n) > 1"\nexpires = 1\n',
        "line 6, column 21: `n` of `sma` must be a whole number from 1 to 10,000, not `n`, which is 2.5.",
    ),
}


@pytest.mark.parametrize("case", ONE)
def test_a_mistake_is_named_at_its_place(case):
    text, sentence = ONE[case]

    assert sentence in findings(text if "name" in text else HEAD + text)


def test_alert_only_needs_no_end():
    assert Strategy.parse("alert_only = true\n" + HEAD + SIDE).alert_only


def test_a_side_that_the_other_one_closes_needs_no_end():
    both = HEAD + SIDE + '[short]\nenter = "close < open"\n[execution]\nopposite = "reverse"\n'

    assert set(Strategy.parse(both).sides) == {"long", "short"}


def test_what_is_set_beside_the_file_is_named_by_its_key():
    overrides = {
        "execution.fill": "cl",
        "long.enter": "close > emma(close, 3)",
        "filter.cooldown": "3",
        "timeframe": "1h",
    }

    assert findings(
        PLAIN + "[params]\nfast = {default = 3, max = 5}\n",
        overrides=overrides,
        params={"fast": 50, "fst": 3},
    ) == [
        "`long.enter` as set, column 9: there is no function `emma`. Did you mean `ema`?",
        "`filter.cooldown` as set: there is no `filter` at the top of a strategy. Did you mean `filters`?",
        '`execution.fill` as set: `fill` must be one of "next_open", "close", not "cl".',
        "`fast` as set: 50 is outside at most 5.",
        "`fst` as set: the strategy has no parameter of that name. Did you mean `fast`?",
    ]


UNREADABLE = [
    (b"\xff\xfen\x00", "line 1, column 1: the file is not UTF-8 text; save it as UTF-8."),
    (b"name = 'x'\n# caf\xe9", "line 2, column 6: the file is not UTF-8 text; save it as UTF-8."),
    (
        b"name = 'x'\ntimeframe\n",
        "line 2, column 10: this is not TOML: expected '=' after a key in a key/value pair.",
    ),
    ("name = 'x'\nname = 'y'\n", "line 2, column 11: this is not TOML: cannot overwrite a value."),
    ("x" * 300_000, "the file has 300,000 bytes; a strategy has at most 262,144."),
    ("a = " + "[" * 100_000, "line 1, column 1: the values are nested too deep."),
    (
        "a = 1" + "0" * 100_000,
        "line 1, column 100006: this is not TOML: exceeds the limit (4300 digits) for integer",
    ),
    ("a." * 100_000 + "a = 1", "line 1, column 1: the line has more than 600 dots."),
    ("", 'line 1, column 1: the strategy has no `name`, for example name = "EMA pullback".'),
]


@pytest.mark.parametrize(("source", "sentence"), UNREADABLE, ids=range(len(UNREADABLE)))
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(source, sentence):
    assert findings(source)[0].startswith(sentence)


def test_no_more_than_fifty_mistakes_are_named():
    assert len(findings("\n".join(f"key{number} = 1" for number in range(20_000)))) == 50


def test_a_caret_picture_comes_with_a_mistake_in_an_expression():
    with pytest.raises(BadStrategy) as caught:
        Strategy.parse(PLAIN.replace("close < open", "close < opn"))

    assert caught.value.findings[0].caret == "close < opn\n        ^"


def test_a_strategy_that_remembers_too_much_is_refused():
    # Each expression alone remembers little enough.
    texts = [
        " + ".join(f"sma(close, {9_900 + 10 * side + at})" for at in range(9)) + " > 0" for side in range(3)
    ]
    text = (
        HEAD
        + f'[long]\nenter = "{texts[0]}"\nexit = "{texts[1]}"\n[short]\nenter = "{texts[2]}"\nexpires = 3\n'
    )
    assert findings(text) == [
        "line 1, column 8: the strategy remembers 267,759 numbers, more than 250,000; shorten its periods."
    ]

"""What changed in meaning from one text of a strategy to another."""

import pytest

from heliograph.engine.strategy import Strategy
from heliograph.signals.clause_changes import Step
from heliograph.signals.diff import Change, difference

TEXT = """\
name = "EMA pullback"
timeframe = "1h"
[universe]
include = ["BTC/USDT", "ETH/USDT"]
[params]
fast = {default = 12, min = 5, max = 30}
slow = {default = 26, min = 20, max = 80}
[long]
enter = "crosses_above(ema(close, fast), ema(close, slow)) and rsi(close, 14) < 70"
exit = "crosses_below(close, ema(close, slow))"
stop = "close - 2 * atr(14)"
targets = ["close + 2 * atr(14)", "close + 4 * atr(14)"]
expires = 72
[short]
enter = "crosses_below(ema(close, fast), ema(close, slow)) and rsi(close, 14) > 30"
stop = "close + 2 * atr(14)"
expires = 72
[score]
confidence = "clip((adx(14) - 10) / 40, 0, 1)"
[filters]
min_confidence = 0.3
"""


def changed(*pairs, text=TEXT):
    after = text
    for old, new in pairs:
        assert old in after
        after = after.replace(old, new)
    return difference(Strategy.parse(text), Strategy.parse(after))


def sentences(*pairs):
    return changed(*pairs).sentences()


@pytest.mark.parametrize(
    "pairs",
    [
        [("close - 2 * atr(14)", "close-2*atr( 14 )")],
        [("2 * atr(14)", "atr(14) * 2")],
        [("[score]", "# what it is worth\n[score]")],
        [('"BTC/USDT", "ETH/USDT"', '"ETH/USDT", "BTC/USDT"')],
        [("enter = \"crosses_above(ema(close, fast), ema(close, slow)) and rsi(close, 14) < 70\"",
          "enter = \"70 > rsi(close, 14) and crosses_below(ema(close, slow), ema(close, fast))\"")],
        [("expires = 72\n[short]", "expires = 72\nfractions = [0.5, 0.5]\n[short]")],
        [("min_confidence = 0.3", "min_confidence = 0.30\ncooldown = 0")],
    ],
)  # fmt: skip
def test_layout_and_order_change_no_meaning(pairs):
    found = changed(*pairs)

    assert (found.changes, found.is_same) == ((), True)


def test_a_parameter_that_is_called_otherwise_changes_no_meaning():
    found = changed(("fast", "quick"))

    assert found.is_same
    assert found.changes == (Change("params", "quick", "renamed", "fast", "quick"),)
    assert found.sentences() == ["`fast` is now called `quick`"]


def test_the_number_of_a_parameter_is_told_once():
    found = changed(("fast = {default = 12", "fast = {default = 15"))

    assert found.changes == (Change("params", "fast", "changed", "12", "15"),)
    assert found.sentences() == ["`fast` 12 → 15"]


def test_a_number_in_place_of_a_parameter_of_that_value_changes_no_expression():
    found = changed(
        ("slow = {default = 26, min = 20, max = 80}\n", ""), ("ema(close, slow)", "ema(close, 26)")
    )

    assert found.sentences() == ["drops `slow`: 26 (20 to 80)"]


def test_clauses_come_and_go_and_numbers_in_them_change():
    found = changed(
        ("rsi(close, 14) < 70", "rsi(close, 14) < 75 and close > on('4h', ema(close, 50))"),
        (" and rsi(close, 14) > 30", ""),
    )

    assert found.changes == (
        Change(
            "long",
            "enter",
            "changed",
            "crosses_above(ema(close, fast), ema(close, slow)) and rsi(close, 14) < 70",
            "crosses_above(ema(close, fast), ema(close, slow)) and rsi(close, 14) < 75"
            " and close > on('4h', ema(close, 50))",
            (
                Step("changed", "rsi(close, 14) < 70", "rsi(close, 14) < 75", ((70.0, 75.0),)),
                Step("added", None, "close > on('4h', ema(close, 50))"),
            ),
        ),
        Change(
            "short",
            "enter",
            "changed",
            "crosses_below(ema(close, fast), ema(close, slow)) and rsi(close, 14) > 30",
            "crosses_below(ema(close, fast), ema(close, slow))",
            (Step("removed", "rsi(close, 14) > 30", None),),
        ),
    )
    assert found.sentences() == [
        "long: `enter` 70 → 75 in `rsi(close, 14) < 75`, adds `close > on('4h', ema(close, 50))`",
        "short: `enter` drops `rsi(close, 14) > 30`",
    ]


def test_the_same_change_on_both_sides_is_one_sentence():
    assert sentences(("expires = 72", "expires = 48")) == ["long and short: `expires` 72 → 48"]


def test_every_other_part_is_compared():
    assert sentences(
        ('name = "EMA pullback"\ntimeframe = "1h"', 'name = "EMA"\ntimeframe = "4h"\nmax_age = 5'),
        ('"ETH/USDT"]', '"SOL/USDT"]\nvenue = "binance"\nexclude = ["X/USDT"]'),
        ("slow = {default = 26, min = 20, max = 80}", "slow = {default = 26, min = 20, max = 90}\nmore = 3"),
        ('exit = "crosses_below(close, ema(close, slow))"\n', ""),
        (', "close + 4 * atr(14)"]', ', "close + 5 * atr(14)", "high + 9 * atr(14)"]'),
        ("[score]", '[execution]\nfill = "close"\nintrabar = "5m"\n[score]'),
        ("(adx(14) - 10) / 40", "(adx(20) - 10) / 40"),
        ("min_confidence = 0.3", "min_confidence = 0.4\nmin_reward_risk = 1.5"),
        ('stop = "close + 2 * atr(14)"', 'stop = "high + atr(14)"\ntargets = ["close - atr(14)"]'),
        ("min_confidence", "# \nmin_confidence"),
    ) == [
        "`name` EMA pullback → EMA",
        "`timeframe` 1h → 4h",
        "`max_age` 2 → 5",
        "adds `venue`: binance",
        "`include` drops `ETH/USDT`, adds `SOL/USDT`",
        "`exclude` adds `X/USDT`",
        "`slow` 26 (20 to 80) → 26 (20 to 90)",
        "adds `more`: 3",
        "long: drops `exit`: `crosses_below(close, ema(close, slow))`",
        "long: `target 2` 4 → 5 in `close + 5 * atr(14)`",
        "long: adds `target 3`: `high + 9 * atr(14)`",
        "short: `stop` `close + 2 * atr(14)` → `high + atr(14)`",
        "short: adds `target 1`: `close - atr(14)`",
        "`fill` next_open → close",
        "adds `intrabar`: 5m",
        "`confidence` 14 → 20 in `clip((adx(20) - 10) / 40, 0, 1)`",
        "`min_confidence` 0.3 → 0.4",
        "adds `min_reward_risk`: 1.5",
    ]


def test_a_whole_side_comes_and_goes():
    cut = TEXT[: TEXT.index("[short]")]
    one, other = Strategy.parse(TEXT.replace("min_confidence = 0.3", "")), Strategy.parse(cut)

    assert "drops `[short]`" in difference(one, other).sentences()
    assert "adds `[short]`" in difference(other, one).sentences()


def test_all_of_and_any_of_are_two_things():
    assert sentences((" and rsi(close, 14) < 70", " or rsi(close, 14) < 70")) == [
        "long: `enter` `crosses_above(ema(close, fast), ema(close, slow)) and rsi(close, 14) < 70`"
        " → `crosses_above(ema(close, fast), ema(close, slow)) or rsi(close, 14) < 70`"
    ]


def test_a_parameter_whose_former_number_cannot_stand_where_it_stands_now():
    found = changed(
        ("fast = {default = 12, min = 5, max = 30}", "fast = {default = 3, min = 1, max = 30}"),
        ("rsi(close, 14) < 70", "rsi(close, 14) < 70 and close[fast] > open"),
    )
    halved = changed(
        ("fast = {default = 12, min = 5, max = 30}", "fast = {default = 12.5, min = 5, max = 30}"),
        ("ema(close, fast)", "fast * close"),
    )

    assert found.sentences()[1] == "long: `enter` adds `close[fast] > open`"
    back = difference(
        Strategy.parse(TEXT.replace("ema(close, fast)", "fast * close").replace("= 12,", "= 12.5,")),
        Strategy.parse(TEXT),
    )
    assert len(halved.changes) == len(back.changes) == 3


def test_for_programs_it_is_plain_values():
    assert changed(("expires = 72\n[short]", "expires = 48\n[short]")).to_dict() == {
        "same_meaning": False,
        "changes": [
            {
                "section": "long",
                "key": "expires",
                "kind": "changed",
                "before": "72",
                "after": "48",
                "steps": (),
                "says": "`expires` 72 → 48",
            }
        ],
    }

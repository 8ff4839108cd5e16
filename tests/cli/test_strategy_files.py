"""`strategy check` and `strategy new`, which need no database."""

import json

import pytest

from tests.cli.conftest import refused

GOOD = """
name = "Volume trend"
timeframe = "1h"
[params]
fast = {default = 12, min = 5, max = 30}
[long]
enter = "ema(close, fast) > on('4h', ema(close, 3)) and obv() > 0"
stop = "close - 2 * atr(14)"
targets = ["close + 4 * atr(14)"]
[score]
confidence = "clip(adx(14) / 50, 0, 1)"
[filters]
min_reward_risk = 1.5
"""


@pytest.fixture
def strategy_file(tmp_path):
    """Writes a strategy file."""

    def write(text=GOOD):
        path = tmp_path / "trend.toml"
        path.write_text(text)
        return path

    return write


def test_a_right_file_says_what_each_expression_needs(heliograph, strategy_file):
    answer = heliograph("strategy", "check", strategy_file(), "--json")
    said = json.loads(answer.out)
    del said["digest"]
    assert (answer.code, answer.err) == (0, "")
    assert [said.pop(key) for key in ("ok", "name", "timeframe")] == [True, "Volume trend", "1h"]
    needs = {one["key"]: (one["warmup"], one["never_settles"]) for one in said["expressions"]}
    assert needs == {
        "long enter": (14, ["obv()"]),
        "long stop": (14, []),
        "long target 1": (14, []),
        "confidence": (27, []),
    }


def test_a_person_is_told_what_never_settles(heliograph, strategy_file):
    lines = heliograph("strategy", "check", strategy_file()).out.splitlines()
    assert lines[0] == "Volume trend: no mistakes"
    assert [line.split() for line in lines if "enter" in line] == [["long", "enter", "14", "never"]]
    assert lines[-1] == "obv() never settles: its value depends on the first bar for ever."


def test_all_mistakes_are_shown_with_a_caret_in_expressions(heliograph, strategy_file):
    path = strategy_file(
        GOOD.replace("ema(close, fast)", "emaa(close, fast)").replace("targets", "expirs = 9\ntargets")
    )
    answer = heliograph("strategy", "check", path)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines() == [
        f"{path}, line 7, column 10: there is no function `emaa`. Did you mean `ema`?",
        "    emaa(close, fast) > on('4h', ema(close, 3)) and obv() > 0",
        "    ^",
        f"{path}, line 9, column 1: there is no `expirs` in [long]. Did you mean `expires`?",
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            ("[score]", "[scores]"),
            "line 10, column 1: there is no `scores` at the top of a strategy. Did you",
        ),
        (('timeframe = "1h"', 'timeframe = "7h"'), "line 3, column 13: "),
        (("close - 2", "close + 2"), "line 8, column 8: the stop of a long must lie below the close"),
        (
            ("close + 4", "close - 4"),
            "line 9, column 12: the first target of a long must lie above the close",
        ),
        (("default = 12", "default = 99"), "line 5, column 19: `default` of `fast` is 99, outside 5 to 30."),
        (('stop = "close - 2 * atr(14)"\n', ""), "line 12, column 19: "),
    ],
)
def test_what_is_wrong_with_a_file_is_said_at_its_line(heliograph, strategy_file, change, sentence):
    path = strategy_file(GOOD.replace(*change))
    answer = heliograph("strategy", "check", path)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"{path}, {sentence}")


def test_a_missing_file_is_named(heliograph, tmp_path):
    path = tmp_path / "none.toml"
    sentence = refused(heliograph("strategy", "check", path))
    assert sentence == f"{path} cannot be read (No such file or directory)."


def test_a_new_strategy_is_a_sample_under_its_own_name(heliograph, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = heliograph("strategy", "new", 'My "own" trend', "--from", "trend")
    text = (tmp_path / "my_own_trend.toml").read_text()
    assert (answer.code, answer.out) == (0, "my_own_trend.toml\n")
    assert 'name = "My \\"own\\" trend"' in text
    assert heliograph("strategy", "check", "my_own_trend.toml").code == 0


def test_a_new_strategy_never_replaces_a_file(heliograph, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("kept")
    sentence = refused(heliograph("strategy", "new", "Mine", "--from", "trend", "--output", path))
    assert (sentence, path.read_text()) == (
        f"{path} exists already; name another file with --output.",
        "kept",
    )


def test_an_unknown_sample_gets_a_suggestion(heliograph):
    assert refused(heliograph("strategy", "new", "Mine", "--from", "tend")).endswith("did you mean trend?")

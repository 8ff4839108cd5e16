"""`heliograph backtest`: its fixed form, its options and what it refuses."""

import json
from pathlib import Path

import pytest

import heliograph as package
from tests.cli.conftest import refused

SAMPLES = Path(package.__file__).parent / "samples"
SHARES, EURUSD = SAMPLES / "us_shares_1d.parquet", SAMPLES / "eurusd_1h.parquet"
TREND = SAMPLES / "strategies" / "trend.toml"

STRATEGY = """
name = "Rises"
timeframe = "1h"
[params]
least = {default = 1, min = 0, max = 5}
[long]
enter = "close > open and close > least"
stop = "close - 1"
targets = ["close + 2"]
"""

# Entry at 10 on the second bar, target 12 on the third; the last bar enters a trade that stays open.
CANDLES = """open_time,open,high,low,close,volume
2024-01-01T00:00:00Z,9.5,10.5,9.4,10,1
2024-01-01T01:00:00Z,10,10.5,9.5,9.9,1
2024-01-01T02:00:00Z,9.9,12.5,9.8,9.8,1
2024-01-01T03:00:00Z,9.8,10.1,9.7,10,1
2024-01-01T04:00:00Z,10,10.5,9.5,9.75,1
"""
TRADE = {
    "symbol": "TEST",
    "side": "long",
    "signal_time": "2024-01-01T00:00:00Z",
    "entry_time": "2024-01-01T01:00:00Z",
    "entry_price": 10.0,
    "exit_time": "2024-01-01T02:00:00Z",
    "exit_price": 12.0,
    "exit_reason": "target",
    "r": 2.0,
    "return_pct": 20.0,
    "mfe_r": 2.0,
    "mae_r": -0.5,
    "bars_held": 2,
}
OPEN = {
    "symbol": "TEST",
    "side": "long",
    "signal_time": "2024-01-01T03:00:00Z",
    "entry_time": "2024-01-01T04:00:00Z",
    "entry_price": 10.0,
    "exit_time": None,
    "exit_price": None,
    "exit_reason": None,
    "r": None,
    "return_pct": None,
    "mfe_r": 0.5,
    "mae_r": -0.5,
    "bars_held": 1,
}


@pytest.fixture
def files(tmp_path):
    """A strategy and candles that make one finished and one open trade."""
    strategy, candles = tmp_path / "rises.toml", tmp_path / "TEST-1h.csv"
    strategy.write_text(STRATEGY)
    candles.write_text(CANDLES)
    return strategy, candles


@pytest.fixture
def backtest(heliograph, files):
    """Runs the strategy over the candles without fees and gives what it printed as JSON."""

    def call(*words):
        strategy, candles = files
        free = ["--set", "execution.fee_pct=0", "--json"]
        answer = heliograph("backtest", strategy, "--data", candles, *free, *words)
        assert (answer.code, answer.err) == (0, "")
        return json.loads(answer.out)

    return call


def test_json_has_trades_open_ones_and_a_summary(backtest):
    assert backtest() == {
        "trades": [TRADE],
        "open": [OPEN],
        "summary": {
            "trades": 1,
            "win_rate": 1.0,
            "expectancy_r": 2.0,
            "profit_factor": None,
            "total_return_pct": 20.0,
            "max_drawdown_pct": 0.0,
            "fees_pct": 0.0,
        },
    }


def test_what_is_open_can_be_closed_at_the_end(backtest):
    found = backtest("--close-at-end")
    last = found["trades"][-1]
    assert found["open"] == []
    assert (last["exit_reason"], last["exit_price"], last["r"]) == ("end", 9.75, -0.25)


def test_keys_and_parameters_can_be_other_than_in_the_file(backtest):
    assert backtest("--param", "least=5")["summary"]["trades"] == 1
    assert backtest("--set", "long.targets=['close + 9']")["trades"] == []
    assert backtest("--set", "execution.fill=close")["trades"][0]["entry_time"] == "2024-01-01T00:00:00Z"


def test_a_strategy_that_never_fires_has_nothing_to_measure(backtest):
    found = backtest("--set", "long.enter=close > 99")
    assert (found["trades"], found["open"]) == ([], [])
    assert found["summary"] == {
        "trades": 0,
        "win_rate": None,
        "expectancy_r": None,
        "profit_factor": None,
        "total_return_pct": 0.0,
        "max_drawdown_pct": 0.0,
        "fees_pct": 0.0,
    }


FINER = """open_time,open,high,low,close,volume
2024-01-01T02:00:00Z,9.9,12.5,9.8,12,1
2024-01-01T02:30:00Z,12,12.1,8.5,9.8,1
"""


def test_finer_candles_decide_what_came_first_inside_a_bar(heliograph, files, tmp_path):
    strategy, candles = files
    candles.write_text(CANDLES.replace("12.5,9.8,9.8", "12.5,8.5,9.8"))
    finer = tmp_path / "TEST-30m.csv"
    finer.write_text(
        FINER.replace("9.9,10,8.5,9,1", "9.9,12.5,9.8,12,1").replace("9,12.5,8.9", "12,12.1,8.5")
    )
    words = ["backtest", strategy, "--data", candles, "--json"]
    plain = heliograph(*words)
    looked = heliograph(*words, "--data", finer, "--set", "execution.intrabar=30m")
    unused = heliograph(*words, "--data", finer)
    reasons = [json.loads(one.out)["trades"][0]["exit_reason"] for one in (plain, looked, unused)]
    assert reasons == ["stop", "target", "stop"]
    assert looked.err == ""
    assert unused.err == ("The 30m bars were not used: `--set execution.intrabar=30m` looks into them.\n")


def test_a_person_sees_a_table_for_each_symbol_and_a_chart(heliograph):
    answer = heliograph(
        "backtest", SAMPLES / "strategies" / "trend.toml", "--data", SAMPLES / "us_shares_1d.parquet"
    )
    assert (answer.code, answer.err) == (0, "")
    symbols = [line.split()[0] for line in answer.out.splitlines() if line.startswith(" ") and "." in line]
    assert symbols[:6] == ["AAPL", "FB", "GOOG", "IBM", "MSFT", "all"]
    assert "sum of results, % of one stake" in answer.out


def test_a_timeframe_runs_the_strategy_on_other_bars(heliograph):
    words = ["backtest", TREND, "--data", EURUSD]
    assert json.loads(heliograph(*words, "--timeframe", "1h", "--json").out)["summary"]["trades"] > 0
    sentence = refused(heliograph(*words, "--json"))
    assert sentence == f"There are no 1d bars in {EURUSD}, only 1h."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--param", "fats=3"], "{file}, `fats`"),
        (["--param", "least=9"], "{file}, `least`"),
        (
            ["--set", "execution.fil=close"],
            "{file}, `execution.fil` as set: there is no `fil` in",
        ),
        (
            ["--set", "long.enter=emaa(close, 3)"],
            "{file}, `long.enter` as set, column 1: there is no",
        ),
        (["--set", "universe.include=['X*']"], "None of the symbols is in the universe of Rises."),
        (["--set", "fill"], "--set takes name=value"),
    ],
)
def test_wrong_changes_are_refused_in_one_sentence(heliograph, files, words, sentence):
    strategy, candles = files
    answer = refused(heliograph("backtest", strategy, "--data", candles, *words))
    assert answer.startswith(sentence.format(file=strategy))


def test_a_bad_strategy_file_is_refused_in_one_sentence(heliograph, files):
    strategy, candles = files
    strategy.write_text(STRATEGY.replace("enter", "entr").replace("stop", "stp"))
    sentence = refused(heliograph("backtest", strategy, "--data", candles))
    assert sentence.startswith(f"{strategy}, line 6, column 1: [long] has no `enter`. (2 ")
    assert sentence.endswith(f"more: `heliograph strategy check {strategy}`)")
    assert "\n" not in sentence

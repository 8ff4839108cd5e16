"""Heliograph from Python: Arrow or pandas in and out."""

import json
import re
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import heliograph
from heliograph import backtest, evaluate, read_candles
from heliograph.cli import invoke
from heliograph.engine.language import BadExpression
from heliograph.errors import UserError
from heliograph.notebook.tables import BadTable

ROOT = Path(__file__).parents[2]
SAMPLES = Path(heliograph.__file__).parent / "samples"
SHARES, TREND = SAMPLES / "us_shares_1d.parquet", SAMPLES / "strategies" / "trend.toml"


@pytest.fixture(scope="module")
def goog():
    return read_candles(SHARES, symbol="GOOG")


def test_candles_are_an_arrow_table(goog):
    assert goog.schema.names == ["symbol", "timeframe", "open_time", "open", "high", "low", "close", "volume"]
    assert goog.schema.field("open_time").type == pa.timestamp("ms", tz="UTC")
    assert set(goog["symbol"].to_pylist()) == {"GOOG"}


def test_values_are_numbers_truths_and_nulls(goog):
    found = evaluate(goog, "close", "close[1]", "close > n", params={"n": 100})
    assert found.schema.types == [
        pa.string(),
        pa.timestamp("ms", tz="UTC"),
        pa.float64(),
        pa.float64(),
        pa.bool_(),
    ]
    closes = goog["close"].to_pylist()
    assert found["close"].to_pylist() == closes
    assert found["close[1]"].to_pylist() == [None, *closes[:-1]]
    assert found["close > n"].to_pylist() == [close > 100 for close in closes]


def test_pandas_in_is_pandas_out(goog):
    frame = goog.to_pandas()
    found = evaluate(frame, "ema(close, 5)", "close[1] > 100")
    assert isinstance(found, pd.DataFrame)
    assert str(found["close[1] > 100"].dtype) == "boolean"
    assert found["close[1] > 100"].isna().tolist()[:2] == [True, False]
    assert found["ema(close, 5)"].dropna().tolist() == [
        value for value in evaluate(goog, "ema(close, 5)")["ema(close, 5)"].to_pylist() if value is not None
    ]


def test_a_frame_may_be_indexed_by_time_and_lack_what_is_not_needed(goog):
    frame = goog.to_pandas().set_index("open_time")[["open", "high", "low", "close"]]
    found = evaluate(frame, "close", "volume")
    assert found["close"].tolist() == goog["close"].to_pylist()
    assert found["volume"].isna().all()
    assert set(found["symbol"]) == {""}


def test_times_may_be_milliseconds_and_columns_capitalised(goog):
    frame = goog.to_pandas().rename(columns=str.capitalize).rename(columns={"Open_time": "open_time"})
    frame["open_time"] = goog["open_time"].cast(pa.int64()).to_pandas()
    assert evaluate(frame, "close")["close"].tolist() == goog["close"].to_pylist()


def test_a_backtest_is_that_of_the_command_line(capsys):
    found = backtest(TREND, read_candles(SHARES), params={"fast": 20}, overrides={"execution.fee_pct": "0"})
    changes = ["--param", "fast=20", "--set", "execution.fee_pct=0"]
    invoke(["backtest", str(TREND), "--data", str(SHARES), *changes, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert found.trades["return_pct"].to_pylist() == [trade["return_pct"] for trade in told["trades"]]
    assert found.open["entry_price"].to_pylist() == [trade["entry_price"] for trade in told["open"]]
    assert found.summary.total_return_pct == told["summary"]["total_return_pct"]


def test_a_backtest_of_a_text_over_pandas_gives_pandas(goog):
    found = backtest(TREND.read_text(), goog.to_pandas(), close_at_end=True)
    assert isinstance(found.trades, pd.DataFrame)
    assert (len(found.trades), len(found.open)) == (found.summary.trades, 0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda table: table.drop(["close"]), "The table has no column close."),
        (lambda table: table.slice(0, 1).drop(["timeframe"]), "One bar does not show its timeframe"),
        (lambda table: table.to_pylist(), "Candles are an Arrow table or a pandas DataFrame, not a list."),
        (
            lambda table: pa.concat_tables([table, table]),
            "open_time does not rise at row 2148 ",
        ),
        (lambda table: table.slice(0, 0), "The table has no rows."),
    ],
)
def test_other_tables_are_refused_in_one_sentence(goog, change, sentence):
    with pytest.raises(UserError, match=re.escape(sentence)):
        evaluate(change(goog), "close")


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("high", INF, "high is inf at row 3 (the first is 0), which is no price above zero"),
        ("close", NAN, "close is nan at row 3 (the first is 0), which is no price above zero"),
        ("open", 0.0, "open is 0.0 at row 3 (the first is 0), which is no price above zero"),
        ("high", 1e-9, "high is 1e-09 at row 3 (the first is 0), which is below the low"),
        ("volume", INF, "volume is inf at row 3 (the first is 0), which is not possible"),
        ("volume", -1.0, "volume is -1.0 at row 3 (the first is 0), which is not possible"),
    ],
)
def test_what_is_no_candle_is_refused_by_column_and_row(goog, column, value, sentence):
    frame = goog.to_pandas().astype({"volume": float})
    frame.loc[3, column] = value
    with pytest.raises(BadTable, match=re.escape(sentence)):
        evaluate(frame, "close")


def test_a_row_without_prices_is_a_bar_that_is_missing(goog):
    frame = goog.to_pandas().astype({"volume": float}).head(6)
    frame.loc[2, ["open", "high", "low", "close"]] = NAN
    frame.loc[2, "volume"] = 0.0
    found, without = evaluate(frame, "sma(volume, 2)"), evaluate(frame.drop(2), "sma(volume, 2)")
    assert found["sma(volume, 2)"].isna().tolist() == [True, False, True, False, False, False]
    assert found["sma(volume, 2)"].dropna().tolist() == without["sma(volume, 2)"].dropna().tolist()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda frame: frame.drop(columns="open_time"), "The table has no column open_time."),
        (
            lambda frame: frame.assign(timeframe="7h"),
            "timeframe is '7h' at row 0 (the first is 0); use",
        ),
        (lambda frame: frame.assign(symbol=[None, *frame.symbol[1:]]), "symbol is empty at row 0 "),
        (lambda frame: frame.assign(low=["x", *frame.low[1:]]), "A column holds values of several kinds: "),
    ],
)
def test_a_frame_with_a_wrong_column_is_refused(goog, change, sentence):
    with pytest.raises(BadTable, match=re.escape(sentence)):
        evaluate(change(goog.to_pandas()), "close")


def test_days_may_be_dates_and_tables_of_polars(goog):
    closes = goog["close"].to_pylist()
    frame = goog.to_pandas()
    assert evaluate(frame.assign(open_time=frame.open_time.dt.date), "close")["close"].tolist() == closes
    assert evaluate(pl.from_arrow(goog), "close")["close"].to_pylist() == closes


def test_changes_are_written_as_python_writes_them(goog):
    changes = {"execution.fee_pct": 0.2, "long.targets": ["close * 1.1"], "execution.fill": "close"}
    texts = {"execution.fee_pct": "0.2", "long.targets": '["close * 1.1"]', "execution.fill": "close"}
    found, other = (backtest(TREND, goog, overrides=each) for each in (changes, texts))
    assert found.summary.fees_pct is not None
    assert found.summary == other.summary
    for value in ("x", True, NAN):
        with pytest.raises(UserError, match="The parameter fast must be a number, not "):
            backtest(TREND, goog, params={"fast": value})


def test_a_strategy_that_is_not_there_is_said_so(goog):
    with pytest.raises(UserError, match=re.escape("none.toml cannot be read (No such file or directory).")):
        backtest("none.toml", goog)


def test_an_unknown_timeframe_is_refused(goog):
    with pytest.raises(UserError, match="There is no timeframe '7h'"):
        evaluate(goog.drop(["timeframe"]), "close", timeframe="7h")


def test_words_for_numbers_are_refused(goog):
    frame = goog.to_pandas()
    frame["close"] = "high"
    with pytest.raises(BadTable, match="The column close holds what is no number"):
        evaluate(frame, "close")


def test_an_expression_that_cannot_be_read_is_pointed_at(goog):
    with pytest.raises(BadExpression, match="column 1: there is no function `emaa`"):
        evaluate(goog, "emaa(close, 3)")


def test_the_example_of_the_page_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "reference" / "python.md").read_text()
    [example] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)
    assert names["result"].summary.trades > 0


def test_an_absent_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'backtst'"):
        heliograph.backtst  # noqa: B018

"""`heliograph eval`: the fixed form of its output, and its values beside TA-Lib's."""

import csv
import io
import json
import math

import pytest

from tests.cli.conftest import refused, run_apart
from tests.reference import shared

ROWS = """open_time,open,high,low,close,volume
2024-01-01T00:00:00Z,1,2,0.5,1.5,10
2024-01-01T01:00:00Z,1.5,3,1,2.5,20
2024-01-01T02:00:00Z,2.5,3,0.1,0.1,30
2024-01-01T03:00:00Z,0.3,1,0.1,0.7,40
"""

# Columns of the reference and the expressions that mean the same.
SAME = {
    "SMA_20": "sma(close, 20)",
    "EMA_20": "ema(close, 20)",
    "RSI_14": "rsi(close, 14)",
    "MACDhist_12_26_9": "macd_hist(close, 12, 26, 9)",
    "BB_upper_20_2": "bb_upper(close, 20, 2)",
    "ATR_14": "atr(14)",
    "ADX_14": "adx(14)",
    "STOCH_slowd_14_3_3": "stoch_d(14, 3, 3)",
}


@pytest.fixture
def candles(tmp_path):
    path = tmp_path / "TEST-1h.csv"
    path.write_text(ROWS)
    return path


def test_csv_has_a_line_for_each_bar_with_exact_numbers_truths_and_blanks(heliograph, candles):
    answer = heliograph("eval", "close", "close > open", "close[1]", "0.1 + 0.2", "--data", candles, "--csv")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "symbol,open_time,close,close > open,close[1],0.1 + 0.2\r\n"
        "TEST,2024-01-01T00:00:00Z,1.5,1,,0.30000000000000004\r\n"
        "TEST,2024-01-01T01:00:00Z,2.5,1,1.5,0.30000000000000004\r\n"
        "TEST,2024-01-01T02:00:00Z,0.1,0,2.5,0.30000000000000004\r\n"
        "TEST,2024-01-01T03:00:00Z,0.7,1,0.1,0.30000000000000004\r\n"
    )


def test_a_header_with_commas_and_quotes_is_quoted(heliograph, candles):
    wanted = ["on('4h', close)", "max(close,  open)", "if_else(close[1] > 2, close > 1, true)"]
    answer = heliograph("eval", *wanted, "--data", candles, "--csv")
    rows = list(csv.reader(io.StringIO(answer.out)))
    assert rows[0] == ["symbol", "open_time", *wanted]
    assert [row[2:] for row in rows[1:]] == [
        ["", "1.5", ""],
        ["", "2.5", "1"],
        ["", "2.5", "0"],
        ["0.7", "0.7", "1"],
    ]


def test_a_file_that_names_no_symbol_has_an_empty_one(heliograph, candles, tmp_path):
    nameless = candles.rename(tmp_path / "candles.csv")
    answer = heliograph("eval", "close", "--data", nameless, "--csv")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[1] == ",2024-01-01T00:00:00Z,1.5"
    named = heliograph("eval", "close", "--data", nameless, "--symbol", "GOOG", "--csv")
    assert named.out.splitlines()[1] == "GOOG,2024-01-01T00:00:00Z,1.5"
    shown = heliograph("eval", "close", "--data", nameless)
    assert shown.out.splitlines()[-1].split() == ["–", "2024-01-01", "03:00", "0.7"]


def test_bad_rows_are_left_out_only_where_asked_and_listed_beside_the_file(heliograph, candles):
    candles.write_text(ROWS.replace("2.5,20", "two,20"))
    listed = candles.with_name(f"{candles.name}.skipped.csv")
    assert refused(heliograph("eval", "close", "--data", candles, "--csv")) == (
        f"{candles}: line 3: close 'two' is no number; correct it, or leave bad rows out with --skip-bad"
    )
    assert not listed.exists()
    answer = heliograph("eval", "close", "--data", candles, "--csv", "--skip-bad")
    assert [row.rpartition(",")[2] for row in answer.out.splitlines()] == ["close", "1.5", "0.1", "0.7"]
    assert answer.err == f"{candles}: 1 bad row left out, listed in {listed}.\n"
    assert listed.read_text().splitlines() == ["file,line,reason", f"{candles},3,close 'two' is no number"]


def test_candles_may_come_through_a_pipe(candles):
    words = ["eval", "close", "--data", "/dev/stdin", "--symbol", "TEST", "--csv"]
    answer = run_apart(*words, input=candles.read_text())
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[-1] == "TEST,2024-01-01T03:00:00Z,0.7"
    assert refused(run_apart(*words, input="")) == "/dev/stdin: is empty; there is nothing to import"
    assert refused(run_apart(*words, input="PAR1" * 9)) == (
        "/dev/stdin: is a pipe, through which only plain text is read; name the file itself"
    )


def test_two_forms_at_once_are_refused(heliograph, candles):
    sentence = refused(heliograph("eval", "close", "--data", candles, "--csv", "--json"))
    assert sentence == "Choose one of --csv and --json."


def test_an_expression_may_begin_with_a_minus(heliograph, candles):
    answer = heliograph("eval", "-high", "--close", "--data", candles, "--csv")
    assert answer.out.splitlines()[1] == "TEST,2024-01-01T00:00:00Z,-2.0,1.5"


def test_json_has_truth_values_numbers_and_nulls(heliograph, candles):
    answer = heliograph("eval", "close[3]", "close > n", "--param", "n=1", "--data", candles, "--json")
    items = json.loads(answer.out)["items"]
    assert [item["values"]["close > n"] for item in items] == [True, True, False, False]
    assert items[-1] == {
        "symbol": "TEST",
        "open_time": "2024-01-01T03:00:00Z",
        "values": {"close[3]": 1.5, "close > n": False},
    }


def test_a_person_sees_the_newest_bars(heliograph, candles):
    lines = heliograph("eval", "close", "close > open", "--data", candles).out.splitlines()
    assert lines[0].split() == ["symbol", "open", "(UTC)", "close", "close", ">", "open"]
    assert lines[-1].split() == ["TEST", "2024-01-01", "03:00", "0.7", "true"]


def test_two_files_of_one_series_are_one(heliograph, tmp_path, candles):
    later = tmp_path / "later" / candles.name
    later.parent.mkdir()
    later.write_text(ROWS.replace("2024-01-01", "2024-01-02"))
    answer = heliograph("eval", "close[4]", "--data", later, "--data", candles, "--csv")
    rows = answer.out.splitlines()
    assert [row.rpartition(",")[2] for row in rows[1:]] == ["", "", "", "", "1.5", "2.5", "0.1", "0.7"]


def test_the_same_bars_in_two_files_are_refused(heliograph, tmp_path, candles):
    again = tmp_path / "again" / candles.name
    again.parent.mkdir()
    again.write_text(ROWS)
    sentence = refused(heliograph("eval", "close", "--data", candles, "--data", again))
    assert sentence == f"{candles} and {again} both hold TEST 1h of the same time; name one of them."


@pytest.mark.parametrize(
    "name", ["talib082_BTCUSDT_1h.csv", "talib082_GOOG_1d.csv", "talib082_EURUSD_1h.csv"]
)
def test_indicators_equal_the_reference(heliograph, name):
    path = shared(f"reference/{name}")
    answer = heliograph("eval", *SAME.values(), "--data", path, "--csv")
    assert (answer.code, answer.err) == (0, "")
    with path.open() as file:
        wanted = list(csv.DictReader(file))
    found = list(csv.DictReader(io.StringIO(answer.out)))
    assert len(found) == len(wanted)
    for column, expression in SAME.items():
        pairs = [(row[expression], other[column]) for row, other in zip(found, wanted, strict=True)]
        assert [bool(one) for one, _ in pairs] == [bool(other) for _, other in pairs], column
        # The reference is written with twelve digits.
        assert [
            (one, other)
            for one, other in pairs
            if one and not math.isclose(float(one), float(other), rel_tol=1e-8, abs_tol=1e-8)
        ] == [], column


def test_a_symbol_is_picked_in_any_spelling(heliograph):
    path = shared("binance_spot_genetrader_1d.parquet")
    answer = heliograph(
        "eval", "close", "--data", path, "--symbol", "BTCUSDT", "--symbol", "ETH-USDT", "--csv"
    )
    symbols = [row.partition(",")[0] for row in answer.out.splitlines()[1:]]
    assert list(dict.fromkeys(symbols)) == ["BTC/USDT", "ETH/USDT"]
    assert symbols == sorted(symbols)


def test_an_absent_symbol_gets_a_suggestion(heliograph):
    path = shared("binance_spot_genetrader_1d.parquet")
    sentence = refused(
        heliograph("eval", "close", "--data", path, "--symbol", "BTC/USDT", "--symbol", "ETH/UST")
    )
    assert sentence == f"There is no ETH/UST in {path}; did you mean ETH/USDT?"


def test_several_timeframes_need_a_choice(heliograph):
    hours, days = shared("binance_spot_genetrader_4h.parquet"), shared("binance_spot_genetrader_1d.parquet")
    words = ["eval", "close", "--data", hours, "--data", days, "--symbol", "BTC/USDT"]
    assert refused(heliograph(*words)) == (
        f"There are 4h and 1d bars in {hours} and {days}; choose with --timeframe."
    )


HOSTILE = [
    "__import__('os')",
    "close.__class__",
    "lambda: close",
    "[x for x in close]",
    "(" * 10_000 + "close" + ")" * 10_000,
    "-" * 9_000 + "close",
    "9**9**9",
    "sma(close, 10**9)",
    "sma(close, 1000000000)",
    "close[-1]",
    "sma(close)",
    "sma(close, 3, 4)",
    "emaa(close, 3)",
    "close >",
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:20])
def test_what_is_no_expression_is_refused_at_its_column(heliograph, candles, text):
    answer = heliograph("eval", "--data", candles, "--csv", "--", text)
    _, caret, sentence = answer.err.splitlines()
    assert (answer.code, answer.out, caret.strip()) == (2, "", "^")
    assert sentence.startswith("column ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--param", "n"], "--param takes name=value, such as `fast=12`, not `n`."),
        (["--param", "n=x"], "--param n must be a number, not `x`."),
        (["--param", "n=1", "--param", "n=2"], "--param gives `n` twice."),
        (["--timefame=1h"], "No such option: --timefame. See `heliograph eval --help`."),
        (["--timeframe", "7h"], "There is no timeframe '7h'; use one of"),
        (["--timezone", "Mars"], "--timezone: there is no time zone 'Mars'"),
    ],
)
def test_wrong_options_are_refused_in_one_sentence(heliograph, candles, words, sentence):
    assert refused(heliograph("eval", "close", "--data", candles, *words)).startswith(sentence)


BAD_FILES = {
    "empty": b"",
    "words": b"hello there\nnothing here\n",
    "columns": ROWS.replace(",10\n", "\n").encode(),
    "time": ROWS.replace("2024-01-01T01:00:00Z", "yesterday").encode(),
    "number": ROWS.replace("2.5,20", "two,20").encode(),
    "order": ROWS.replace("T01:", "T05:").encode(),
    "nan": ROWS.replace("1,2.5,20", "1,nan,20").encode(),
    "negative": ROWS.replace("0.5,1.5,10", "-0.5,1.5,10").encode(),
    "crossed": ROWS.replace("3,1,2.5", "0.5,1,2.5").encode(),
    "grid": ROWS.replace("T01:00", "T01:17").encode(),
    "torn": b"PAR1" + bytes(200),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_refused_in_one_sentence_that_names_it(heliograph, tmp_path, kind):
    path = tmp_path / "TEST-1h.csv"
    path.write_bytes(BAD_FILES[kind])
    sentence = refused(heliograph("eval", "close", "--data", path, "--csv"))
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence


def test_an_absent_file_is_named(heliograph, tmp_path):
    path = tmp_path / "none.csv"
    assert refused(heliograph("eval", "close", "--data", path)).startswith(f"{path}: cannot be read")


def test_bad_rows_can_be_left_out(heliograph, tmp_path):
    path = tmp_path / "TEST-1h.csv"
    path.write_bytes(BAD_FILES["number"])
    answer = heliograph("eval", "close", "--data", path, "--csv", "--skip-bad")
    assert [row.rpartition(",")[2] for row in answer.out.splitlines()[1:]] == ["1.5", "0.1", "0.7"]

"""The commands that need the database, from candles in to explained and scored signals out."""

import json
from pathlib import Path

import pytest

import heliograph as package
from tests.cli.conftest import refused
from tests.reference import shared

SAMPLES = Path(package.__file__).parent / "samples"
CANDLES = {"1d": SAMPLES / "us_shares_1d.parquet", "1h": SAMPLES / "eurusd_1h.parquet"}
STRATEGIES = sorted((SAMPLES / "strategies").glob("*.toml"))
# The keys of a trade.
TRADE = [
    *("symbol", "side", "signal_time", "entry_time", "entry_price", "exit_time", "exit_price", "exit_reason"),
    *("r", "return_pct", "mfe_r", "mae_r", "bars_held"),
]
HEAD = "open_time,open,high,low,close,volume\n"

pytestmark = pytest.mark.django_db


@pytest.fixture
def answers(heliograph):
    """Runs a command that must succeed and gives its JSON."""

    def call(*words):
        answer = heliograph(*words, "--json")
        assert (answer.code, answer.err) == (0, "")
        return json.loads(answer.out)

    return call


def timeframe(strategy):
    return next(name for name in CANDLES if f'timeframe = "{name}"' in strategy.read_text())


def in_order(trades):
    return sorted(trades, key=lambda trade: (trade["symbol"], trade["signal_time"], trade["side"]))


def published(answers, *words):
    return [{key: item[key] for key in TRADE} for item in answers("signals", *words, "--all")["items"]]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda path: path.stem)
def test_the_way_through_the_database_gives_the_trades_of_a_backtest_bit_for_bit(answers, strategy):
    candles = CANDLES[timeframe(strategy)]
    answers("import", candles)
    answers("strategy", "add", strategy)
    answers("generate")
    answers("settle")
    wanted = answers("backtest", strategy, "--data", candles)
    assert len(wanted["trades"]) > 10
    assert in_order(published(answers, "--settled")) == in_order(wanted["trades"])
    assert [trade["signal_time"] for trade in in_order(published(answers, "--open"))][
        : len(wanted["open"])
    ] == [trade["signal_time"] for trade in in_order(wanted["open"])]


def test_the_same_holds_for_coins_with_other_execution(answers, tmp_path):
    strategy, candles = tmp_path / "other.toml", shared("binance_spot_genetrader_1d.parquet")
    text = (SAMPLES / "strategies" / "trend.toml").read_text()
    strategy.write_text(text + '\n[execution]\nfill = "close"\nslippage_bps = 5\nopposite = "reverse"\n')
    answers("import", candles, "--venue", "binance")
    answers("strategy", "add", strategy)
    answers("generate")
    wanted = answers("backtest", strategy, "--data", candles)
    assert len(wanted["trades"]) > 10
    assert in_order(published(answers, "--settled")) == in_order(wanted["trades"])


@pytest.fixture
def trend(answers):
    """The trend sample over the shares, evaluated."""
    answers("import", CANDLES["1d"])
    answers("strategy", "add", SAMPLES / "strategies" / "trend.toml")
    answers("generate")


def test_what_is_done_twice_changes_nothing(answers, trend):
    again = answers("import", CANDLES["1d"])["items"][0]
    assert (again["inserted"], again["revised"], again["recognised"] is not None) == (0, 0, True)
    assert answers("strategy", "add", SAMPLES / "strategies" / "trend.toml")["version"] == 1
    assert not any(answers("generate").values())


def test_signals_are_listed_newest_first_and_page_by_page(answers, trend):
    everything = answers("signals", "--all")
    times = [(item["signal_time"], item["id"]) for item in everything["items"]]
    assert (everything["next"], times) == (None, sorted(times, reverse=True))
    first = answers("signals", "--limit", "100")
    second = answers("signals", "--limit", "1000", "--cursor", first["next"])
    assert first["items"] + second["items"] == everything["items"]


def test_lists_of_signals_can_be_narrowed(answers, trend):
    settled, still_open = answers("signals", "--settled", "--all"), answers("signals", "--open", "--all")
    assert {item["state"] for item in settled["items"]} == {"settled"}
    assert {item["state"] for item in still_open["items"]} <= {"open", "pending"}
    goog = answers("signals", "--symbol", "GOOG", "--strategy", "Trend", "--all")["items"]
    assert {item["symbol"] for item in goog} == {"GOOG"}


def test_a_person_reads_signals_in_a_table(heliograph, trend):
    answer = heliograph("signals", "--symbol", "GOOG", "--limit", "2")
    lines = answer.out.splitlines()
    assert " ".join(lines[0].split()) == (
        "id bar (UTC) strategy symbol side close state entry exit R return %"
    )
    assert [line.split()[5] for line in lines[2:]] == ["GOOG", "GOOG"]
    assert answer.err.startswith("More: repeat with --cursor ")


def test_a_signal_is_explained_clause_by_clause(heliograph, answers, trend):
    newest = answers("signals", "--symbol", "GOOG", "--settled", "--limit", "1")["items"][0]
    answer = heliograph("explain", newest["id"])
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("Trend v1 (shadow), GOOG 1d at file\n")
    told = answers("explain", newest["id"])
    by_bar = answers("explain", "--strategy", "Trend", "--symbol", "GOOG", "--at", newest["signal_time"])
    assert [side["signal_id"] for side in told["sides"]] == [newest["id"]]
    assert [side for side in by_bar["sides"] if side["side"] == newest["side"]] == told["sides"]


BAR = ["explain", "--strategy", "Trend", "--symbol"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["explain", 999_999], "There is no signal 999999"),
        (["explain"], "Name a signal by its id, or a bar by --strategy, --symbol and --at."),
        (
            [*BAR, "GOGG", "--at", "2012-01-03"],
            "There is no instrument GOGG",
        ),
        (
            ["explain", "--strategy", "Trnd", "--symbol", "GOOG", "--at", "2012-01-03"],
            "There is no strategy 'Trnd'",
        ),
        (
            [*BAR, "GOOG", "--at", "soon"],
            "--at takes a date or a time",
        ),
        (["signals", "--settled", "--open"], "Choose one of --settled and --open."),
        (["signals", "--cursor", "x"], "That cursor is not one of this list"),
        (["strategy", "show", "None"], "There is no strategy 'None'"),
        (["strategy", "promote", "Trend", "--version", "9"], "'Trend' has no version 9"),
    ],
)
def test_what_is_not_there_is_said_in_one_sentence(heliograph, trend, words, sentence):
    assert refused(heliograph(*words)).startswith(sentence)


def test_a_strategy_is_promoted_and_retired(answers, heliograph, trend):
    text = (SAMPLES / "strategies" / "trend.toml").read_text()
    assert answers("strategy", "promote", "Trend")["stage"] == "live"
    assert answers("strategy", "retire", "Trend")["stage"] == "retired"
    assert [item["stage"] for item in answers("strategy", "list")["items"]] == ["retired"]
    assert heliograph("strategy", "show", "Trend").out == text.rstrip("\n") + "\n"


def test_symbols_are_found_in_any_spelling_and_unknown_names_are_refused(answers, heliograph, tmp_path):
    (tmp_path / "BTCUSDT-1h.csv").write_text(HEAD + "2024-01-01T00:00:00Z,1,1,1,1,1\n")
    answers("import", tmp_path)
    [series] = answers("coverage", "--symbol", "BTC-USDT")["items"]
    assert series["symbol"] == "BTC/USDT"
    assert answers("signals", "--symbol", "BINANCE:BTCUSDT") == {"items": [], "next": None}
    for command in ("coverage", "signals"):
        sentence = refused(heliograph(command, "--symbol", "BTC/USD"))
        assert sentence == "There is no instrument BTC/USD; did you mean BTC/USDT?"
    assert refused(heliograph("signals", "--strategy", "Trend")).startswith("There is no strategy 'Trend'")
    nothing = heliograph("coverage", "--timeframe", "1d")
    assert (nothing.code, nothing.out) == (0, "")
    assert nothing.err == "No such candles are stored; `heliograph import PATH` stores some.\n"


def test_coverage_lists_series_and_gaps(answers, heliograph, tmp_path):
    path = tmp_path / "ABC-1h.csv"
    rows = [f"2024-01-01T{hour:02}:00:00Z,1,1,1,1,1" for hour in (0, 1, 4)]
    path.write_text(HEAD + "\n".join(rows))
    answers("import", path, "--calendar", "always")
    [series] = answers("coverage")["items"]
    assert (series["bars"], series["expected"], series["missing"], series["share"]) == (3, 5, 2, 0.6)
    assert series["gaps"] == [{"first": "2024-01-01T02:00:00Z", "last": "2024-01-01T03:00:00Z", "bars": 2}]
    assert heliograph("coverage", "--gaps").out.splitlines()[-1].split() == (
        ["file", "ABC", "1h", "2024-01-01", "02:00", "2024-01-01", "03:00", "2"]
    )


def test_a_refused_file_does_not_stop_the_others(heliograph, tmp_path):
    (tmp_path / "ABC-1h.csv").write_text(
        "open_time,open,high,low,close,volume\n2024-01-01T00:00:00Z,1,1,2,1,1\n"
    )
    (tmp_path / "DEF-1h.csv").write_text(
        "open_time,open,high,low,close,volume\n2024-01-01T00:00:00Z,1,1,1,1,1\n"
    )
    answer = heliograph("import", tmp_path)
    assert answer.code == 2
    assert answer.err.startswith(f"{tmp_path / 'ABC-1h.csv'}: line 2: ")
    assert answer.out.splitlines()[-1] == "1 bar new, 0 revised, 0 unchanged."


def test_a_dry_run_stores_nothing(answers):
    [found] = answers("import", CANDLES["1h"], "--dry-run")["items"]
    assert (found["format"], found["inserted"]) == ("parquet", 0)
    assert answers("coverage")["items"] == []


def test_health_is_told_with_the_weakest_part_and_what_is_unknown(answers, trend):
    found = answers("health")
    parts = {part["name"]: part["state"] for part in found["parts"]}
    assert (found["healthy"], parts["database"], parts["generation"]) == (True, "green", "green")
    # Nobody runs `up` here.
    assert {one["reason"] for one in found["unknown"] if one["measure"] == "workers_alive"} == {
        "no worker has registered; commands need none"
    }
    assert found["weakest"] == found["parts"][0]["name"]
    # Where gates cannot be read, all may not be well.
    assert found["score"] <= 75


def test_health_is_unhealthy_where_work_waits_for_a_person(heliograph, trend):
    from heliograph.fleet.models import Work
    from heliograph.kit.clock import utc_now

    Work.objects.create(kind="generate", key="shard:1", state="parked", started_at=utc_now())
    answer = heliograph("health")
    assert answer.code == 4
    assert "(queues_parked_work) is 1, red from 1 (shard:1)" in answer.out

"""Exit codes, and what is said when something goes wrong."""

import errno
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

import heliograph as package
from heliograph.cli.border import run
from heliograph.cli.exits import Exit
from heliograph.errors import HeliographError, SourceError, UserError
from heliograph.kit.embedded import Home
from tests.cli.conftest import COMMAND, refused, run_apart

SHARES = Path(package.__file__).parent / "samples" / "us_shares_1d.parquet"


@pytest.mark.parametrize(
    ("fault", "code", "sentence"),
    [
        (UserError("The file has no rows."), Exit.WRONG_USE, "The file has no rows."),
        (SourceError("binance did not answer."), Exit.SOURCE_DOWN, "binance did not answer."),
        (HeliographError("The state is torn."), Exit.OUR_FAULT, "The state is torn."),
        (OSError(errno.ENOSPC, "No space left on device", "x.csv"), 1, "x.csv: No space left on device."),
        (KeyboardInterrupt(), Exit.INTERRUPTED, "Stopped."),
    ],
)
def test_each_kind_of_error_has_its_code_and_one_sentence(capsys, fault, code, sentence):
    def command(_words):
        raise fault

    assert (run(command, []), *capsys.readouterr()) == (code, "", f"{sentence}\n")


def test_an_unknown_command_is_wrong_use_and_gets_a_suggestion(heliograph):
    sentence = refused(heliograph("indicatos"))
    assert sentence == "No such command 'indicatos'. Did you mean 'indicators'? See `heliograph --help`."


def test_an_unknown_option_is_wrong_use(heliograph):
    sentence = refused(heliograph("indicators", "--all"))
    assert sentence == "No such option: --all. See `heliograph indicators --help`."


def test_the_version_is_the_package_s(heliograph):
    assert heliograph("--version").out == f"{package.__version__}\n"


BAD_TOML = 'name = "Bad"\ntimeframe = "1h"\n[long]\nenter = "close >"\nexit = "close < 1"\n'


@pytest.mark.parametrize(
    "words",
    [
        ["eval", "sma(close", "--data", "none.csv"],
        ["eval", "9**9**9", "--data", "none.csv", "--timeframe", "1h"],
        ["strategy", "check", "bad.toml"],
        ["backtest", "bad.toml", "--data", "none.csv"],
    ],
    ids=" ".join,
)
def test_wrong_text_is_refused_before_files_are_read_or_anything_slow_is_imported(tmp_path, words):
    (tmp_path / "bad.toml").write_text(BAD_TOML)
    code = (
        f"import sys, heliograph.cli; code = heliograph.cli.invoke({words});"
        "slow = {'django', 'numba', 'polars', 'pyarrow', 'pandas', 'rich', 'celery'};"
        "print(int(code), sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "2 []\n"
    assert "column" in done.stderr


@pytest.mark.parametrize("name", ["GOOG_1d.csv", "BTC_USDT-1d.feather", "GOOG_1d.parquet"])
def test_evaluating_a_file_does_not_import_pandas(tmp_path, name):
    days = [datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)]
    frame = pl.DataFrame({"date": days, **dict.fromkeys(("open", "high", "low", "close"), 1.0)})
    write = {".csv": frame.write_csv, ".feather": frame.write_ipc, ".parquet": frame.write_parquet}
    write[Path(name).suffix](tmp_path / name)
    code = (
        f"import sys, heliograph.cli; heliograph.cli.invoke(['eval', 'close', '--csv', '--data', '{name}']);"
        "print(sorted({'django', 'pandas', 'rich', 'exchange_calendars'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    bars, imported = done.stdout.splitlines()[1:-1], done.stdout.splitlines()[-1]
    assert [bar.partition(",")[2] for bar in bars] == ["2024-01-01T00:00:00Z,1.0", "2024-01-02T00:00:00Z,1.0"]
    assert imported == "[]"


def test_a_dry_run_of_an_import_starts_no_database(tmp_path):
    answer = run_apart("import", SHARES, "--dry-run", "--json", "--home", tmp_path / "home")
    assert (answer.code, answer.err, (tmp_path / "home").exists()) == (0, "", False)
    [found] = json.loads(answer.out)["items"]
    assert [(one["symbol"], one["timeframe"]) for one in found["series"]] == [
        (symbol, "1d") for symbol in ("AAPL", "FB", "GOOG", "IBM", "MSFT")
    ]


def test_help_imports_nothing_heavy():
    code = (
        "import sys, heliograph.cli; heliograph.cli.invoke(['--help']);"
        "heavy = {'django', 'numba', 'numpy', 'polars', 'pyarrow', 'rich', 'celery'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_unforeseen_error_is_one_sentence_and_the_traceback_comes_on_request():
    code = "import sys, heliograph.cli.border as b; sys.excepthook = b.report_fault; 1 / 0"
    quiet = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    asked = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HELIOGRAPH_TRACEBACK": "1"},
    )
    assert (quiet.returncode, quiet.stderr) == (
        1,
        "Heliograph is at fault (ZeroDivisionError: division by zero); "
        "run it again with HELIOGRAPH_TRACEBACK=1 to see where, and report it.\n",
    )
    assert asked.stderr.startswith("Traceback")


@pytest.mark.parametrize("words", [["indicators"], ["eval", "close", "high", "--data", SHARES, "--csv"]])
def test_a_reader_that_hangs_up_is_no_fault(words):
    with subprocess.Popen(
        [COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        running.stdout.readline()
        running.stdout.close()
        assert (running.wait(60), running.stderr.read()) == (0, "")


def test_an_output_that_cannot_be_written_is_said_in_one_sentence():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [COMMAND, "indicators"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (
        1,
        "The output could not be written: No space left on device.\n",
    )


def test_ctrl_c_ends_a_command_with_one_word(tmp_path):
    home = Home.open(tmp_path)
    (home.logs / "up.log").write_text("hello\n")
    with subprocess.Popen(
        [COMMAND, "logs", "--follow", "--home", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout.readline() == "      up | hello\n"
        running.send_signal(signal.SIGINT)
        assert (running.wait(30), running.stderr.read()) == (Exit.INTERRUPTED, "Stopped.\n")


def test_completion_is_offered_for_bash():
    answer = run_apart(env={**os.environ, "_HELIOGRAPH_COMPLETE": "source_bash"})
    assert "complete -o default -F _heliograph_completion heliograph" in answer.out


def test_completion_knows_the_samples():
    words = "heliograph strategy new Mine --from tr"
    asked = {"_HELIOGRAPH_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": "5"}
    assert run_apart(env={**os.environ, **asked}).out == "trend\n"

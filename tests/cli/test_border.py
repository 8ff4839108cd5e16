"""Exit codes, and what is said when something goes wrong."""

import errno
import os
import subprocess
import sys

import pytest

import heliograph as package
from heliograph.cli.border import run
from heliograph.cli.exits import Exit
from heliograph.errors import HeliographError, SourceError, UserError
from tests.cli.conftest import COMMAND, refused, run_apart


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


def test_a_reader_that_hangs_up_is_no_fault():
    with subprocess.Popen(
        [COMMAND, "indicators"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        running.stdout.close()
        assert (running.wait(60), running.stderr.read()) == (0, "")


def test_completion_is_offered_for_bash():
    answer = run_apart(env={**os.environ, "_HELIOGRAPH_COMPLETE": "source_bash"})
    assert "complete -o default -F _heliograph_completion heliograph" in answer.out

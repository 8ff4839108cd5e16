"""Commands start the servers of their home when nobody has, and share them when somebody did."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

import heliograph as package
from heliograph.kit.embedded import Home
from heliograph.kit.wait import wait_until
from tests.cli.conftest import COMMAND, run_apart

SAMPLES = Path(package.__file__).parent / "samples"


@pytest.fixture
def home():
    """A home of its own, below a folder that the servers' account can reach."""
    path = Path(tempfile.mkdtemp(prefix="heliograph-cli-"))
    path.chmod(0o711)
    yield path
    wait_until(lambda: not Home(path).lock("keeper").is_taken(), seconds=60)
    shutil.rmtree(path)


def test_two_commands_at_once_share_the_servers_and_leave_none_behind(home):
    files = [SAMPLES / "us_shares_1d.parquet", SAMPLES / "eurusd_1h.parquet"]
    running = [
        subprocess.Popen(
            [COMMAND, "import", file, "--home", home],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for file in files
    ]
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in running]
    assert ends == [("", 0), ("", 0)]
    answer = run_apart("coverage", "--json", env={**os.environ, "HELIOGRAPH_HOME": str(home)})
    symbols = [item["symbol"] for item in json.loads(answer.out)["items"]]
    assert symbols == ["AAPL", "EURUSD", "FB", "GOOG", "IBM", "MSFT"]
    assert wait_until(lambda: not Home(home).lock("keeper").is_taken(), seconds=60)


def test_a_home_that_cannot_be_used_is_refused_in_one_sentence(tmp_path):
    taken = tmp_path / "file"
    taken.write_text("")
    answer = run_apart("coverage", "--home", taken)
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (2, "", 1)
    assert answer.err.startswith(f"{taken} cannot be used as a home")


def test_a_database_that_does_not_answer_is_a_source_that_is_down(home):
    answer = run_apart("coverage", "--home", home, "--database-url", "postgres://x@127.0.0.1:1/none")
    assert (answer.code, answer.out, len(answer.err.splitlines())) == (3, "", 1)
    sick = run_apart("health", "--json", "--home", home, "--database-url", "postgres://x@127.0.0.1:1/none")
    assert (sick.code, json.loads(sick.out)["healthy"]) == (4, False)

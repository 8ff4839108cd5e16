"""The programs of the shell that make an installation."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.mark.skipif(
    not shutil.which("shellcheck") and "CI" not in os.environ, reason="There is no shellcheck here."
)
def test_shellcheck_finds_nothing():
    programs = [DEPLOY / "install.sh", *sorted((DEPLOY / "lib").glob("*.sh"))]
    done = subprocess.run(["shellcheck", "-x", *programs], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--domian", "x"], "'--domian' is no option; --help lists them."),
        (["--domain"], "--domain needs a value; --help tells which."),
        (["--role", "web,queue", "--dry-run"], "'queue' is no role; there are web, worker, db and standby."),
        (["--role", "standby", "--dry-run"], "A standby needs --primary HOST, whom it follows."),
        (["--domain", "a.test", "--dry-run"], "Name --certificate FILE and --key FILE, or --email ADDRESS"),
    ],
)
@pytest.mark.skipif(os.geteuid() != 0, reason="Only root gets past the first question.")
def test_wrong_use_is_told_in_a_sentence(words, sentence):
    done = subprocess.run([DEPLOY / "install.sh", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"install.sh: {sentence}" in done.stderr


def test_help_tells_every_option():
    done = subprocess.run([DEPLOY / "install.sh", "--help"], capture_output=True, text=True, check=True)
    read = (DEPLOY / "lib/options.sh").read_text()
    options = {word for word in read.replace(")", " ").split() if word.startswith("--") and len(word) > 3}
    assert options - {"--*"} <= set(done.stdout.replace(",", " ").replace("|", " ").split()) | {"--help"}

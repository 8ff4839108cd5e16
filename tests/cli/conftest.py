"""The command line, run in this process or in one of its own."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from heliograph.cli import invoke

COMMAND = Path(sys.executable).parent / "heliograph"


@dataclass(frozen=True)
class Answer:
    """What a command gave back."""

    code: int
    out: str
    err: str


@pytest.fixture
def heliograph(capsys):
    """Runs one command line in this process."""

    def call(*words: object) -> Answer:
        capsys.readouterr()
        code = invoke([str(word) for word in words])
        return Answer(int(code), *capsys.readouterr())

    return call


def run_apart(*words: object, **options: object) -> Answer:
    """Runs one command line in a process of its own."""
    done = subprocess.run(
        [COMMAND, *map(str, words)], capture_output=True, text=True, timeout=120, check=False, **options
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def refused(answer: Answer) -> str:
    """The sentence of a refusal: exit code 2, nothing on stdout, one line on stderr, no traceback."""
    assert (answer.code, answer.out) == (2, "")
    assert "Traceback" not in answer.err
    assert answer.err.endswith("\n")
    return answer.err.removesuffix("\n")

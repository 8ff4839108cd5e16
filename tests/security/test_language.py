"""A strategy is text that cannot run code: whatever stands in it is refused in a sentence, in little room."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security import corpora
from tests.security.fenced import ENDED

HEAD = 'name = "x"\ntimeframe = "1h"\n'
LONG = '[long]\nenter = "close > open"\nexit = "close < open"\n'
EXPRESSIONS = [
    *corpora.read("expressions"),
    "(" * 5_000 + "close" + ")" * 5_000,
    "not " * 5_000 + "true",
    "-" * 5_000 + "close",
    "close" + "[1]" * 3_000,
    "sma(" * 2_000 + "close" + ", 3)" * 2_000,
    "close > " * 3_000 + "open",
    " + ".join(["close"] * 3_000),
    "9" * 100_000,
    "1e" + "9" * 100_000,
    "a" * 1_000_000,
    "'" + "x" * 1_000_000 + "'",
    " " * 1_000_000 + "x",
    " and ".join(f"sma(close, {n}) > open" for n in range(9_000, 9_100)),
    "sma(" * 90 + "close" + ", 10000)" * 90 + " > open",
]
STRATEGIES = [
    *corpora.read("strategies"),
    "x = " + "[" * 20_000 + "]" * 20_000,
    "x = " + "{a=" * 20_000 + "1" + "}" * 20_000,
    "[" + ".".join(["a"] * 20_000) + "]",
    "\n".join(f"k{n} = 1" for n in range(20_000)),
    HEAD + "x = " + "9" * 200_000,
    HEAD + 'description = "' + "x" * 300_000 + '"',
    HEAD + "x = 0x" + "f" * 200_000,
    # A billion laughs: each parameter would be ten of the one before, if one could name another.
    HEAD
    + "[params]\na0 = 1\n"
    + "".join(f'a{n} = "{" + ".join([f"a{n - 1}"] * 10)}"\n' for n in range(1, 10))
    + '[long]\nenter = "close > a9"\n',
    HEAD + "[long]\nenter = '" + "close > open and " * 20_000 + "true'\n",
    HEAD + LONG + "[universe]\ninclude = [" + '"(a+)+$",' * 10_000 + '"*/*" * 3]',
    HEAD + LONG + "targets = [" + '"close + 1",' * 5_000 + "]",
]


@pytest.fixture(scope="module")
def read():
    """What came of each text, in a process that is ended when it does anything but read them."""
    done = fenced(expressions=EXPRESSIONS, strategies=STRATEGIES)
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout)


def fenced(**asked):
    return subprocess.run(
        [sys.executable, "-m", "tests.security.fenced"],
        input=json.dumps({"expressions": [], "strategies": [], "run": ""} | asked),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(
    "code", ["open('/etc/passwd')", "__import__('ftplib')", "__import__('os').system('id')"]
)
def test_the_fence_ends_what_goes_beyond_it(code):
    assert fenced(run=code).returncode == ENDED


def test_the_lists_are_long_enough():
    assert len(EXPRESSIONS) >= 200
    assert len(STRATEGIES) >= 30


def test_each_form_is_refused_in_sentences(read):
    texts = EXPRESSIONS + STRATEGIES
    assert len(read["told"]) == len(texts)
    wrong = [(text[:80], said) for text, said in zip(texts, read["told"], strict=True) if not is_clear(said)]
    assert wrong == []


def is_clear(said):
    """Each line a sentence that is not endless, and no trace of the interpreter."""
    lines = (said or "").split("\n")
    return all(line.endswith((".", "?")) and len(line) < 400 for line in lines) and not any(
        word in said for word in ("Traceback", "Error:", "object at 0x")
    )


def test_all_of_them_take_little_room(read):
    assert read["grown_mib"] < 200

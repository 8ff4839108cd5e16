"""Whatever is uploaded is refused in a sentence, and takes no more memory than a file of candles may."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.bombs import bombs


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bombs")
    for name, content in bombs().items():
        (folder / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.unfold", str(folder)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout)


def test_each_is_refused_in_a_sentence(told):
    assert len(told) == 30
    assert {name: said for name, said in told.items() if not is_clear(said, name)} == {}


def is_clear(said, name):
    return said is not None and name in said and "\n" not in said and len(said) < 500


def test_what_unfolds_to_far_more_is_told_so_before_it_is_read(told):
    says = {name: said for name, said in told.items() if name.startswith(("zeros", "many"))}
    assert len(says) == 4
    assert all("MiB" in said and "split it" in said for said in says.values())

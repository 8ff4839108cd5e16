"""A whole Heliograph that runs beside a test, in a home of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from heliograph.kit.embedded import Home
from heliograph.kit.wait import wait_until
from heliograph.workers.supervisor import read_state
from tests.kit.processes import all_gone

READY_SECONDS = 240
# Modules that our programs load; where a user stands there may be files of such names.
TRAPS = ("click", "django", "redis", "h11", "numpy", "uvicorn_worker", "typing_extensions")


@contextmanager
def home_folder():
    """An empty folder that the servers' account can reach; nothing may run there afterwards."""
    made = Path(tempfile.mkdtemp(prefix="heliograph-test-"))
    made.chmod(0o711)
    try:
        yield made
        assert all_gone(made)
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def up_process(home, *, database_url="", **options):
    """`up` in a process of its own, on any free port; its words go to a file in the home.

    It stands in a folder full of files that must not be taken for the modules of their names.
    """
    folder = home / "scripts"
    folder.mkdir(exist_ok=True)
    for name in TRAPS:
        (folder / f"{name}.py").write_text(f"raise RuntimeError('{name}.py of a user was run')\n")
    words = json.dumps({"home": str(home), "port": 0, **options})
    said = home / "said.txt"
    with (
        said.open("ab") as output,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "heliograph.workers.up", words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "DATABASE_URL": database_url, "REDIS_URL": ""},
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def wait_until_ready(home, process):
    """The state of a running `up` once it is ready."""
    place = Home(home)
    settled = wait_until(
        lambda: process.poll() is not None or read_state(place).get("ready"), seconds=READY_SECONDS, every=0.2
    )
    assert settled, said(home)
    assert process.poll() is None, said(home)
    return read_state(place)


def said(home):
    """What `up` has said so far, without the times."""
    return [line[10:] for line in (home / "said.txt").read_text().splitlines()]


def fetch(state, path):
    """The status of a page."""
    with urllib.request.urlopen(f"{state['address']}{path}", timeout=30) as answer:
        return answer.status

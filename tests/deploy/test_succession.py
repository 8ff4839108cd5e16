"""One release of the pages succeeds another under load, and no request is lost."""

import json
import os
import signal
import subprocess

import pytest

from benchmarks.drills.parts.upgrade_clients import UnixLine, asking
from benchmarks.drills.parts.upgrade_releases import make_release
from heliograph.kit.wait import wait_until

RELOADS = 2


@pytest.fixture
def installed(tmp_path):
    """A folder with two releases."""
    for name in ("0.1.0-aaaaaaaaaaaa", "0.2.0-bbbbbbbbbbbb"):
        make_release(tmp_path, name)
    return tmp_path


def take(folder, name):
    """Let `current` lead to a release, in one step."""
    aside = folder / "aside"
    aside.symlink_to(folder / "releases" / name)
    aside.replace(folder / "current")


def release_at(where):
    line = UnixLine(where)
    try:
        line.request("GET", "/readyz", headers={"Connection": "close"})
        return json.loads(line.getresponse().read())["release"]
    except OSError:
        return None
    finally:
        line.close()


def test_the_next_release_takes_over_without_losing_a_request(installed, servers):
    where = installed / "web.sock"
    take(installed, "0.1.0-aaaaaaaaaaaa")
    command = [installed / "current/.venv/bin/heliograph", "web", "--bind", f"unix:{where}"]
    env = {
        **os.environ,
        "HELIOGRAPH_SECRET_KEY": "only for this test",
        "DATABASE_URL": servers["database_url"],
    }
    with open(installed / "log", "wb") as log:
        process = subprocess.Popen(
            command, env=env | {"REDIS_URL": servers["redis_url"]}, stdout=log, stderr=log
        )
    try:
        assert wait_until(lambda: release_at(where), seconds=120), (installed / "log").read_text()
        with asking(where, pause=0.02) as told:
            for name in ["0.2.0-bbbbbbbbbbbb", "0.1.0-aaaaaaaaaaaa"] * (RELOADS // 2):
                take(installed, name)
                process.send_signal(signal.SIGHUP)
                assert wait_until(lambda name=name: release_at(where) == name, seconds=120)
        assert told.requests > 100
        assert dict(told.failed) == {}
    finally:
        process.terminate()
        assert process.wait(60) == 0

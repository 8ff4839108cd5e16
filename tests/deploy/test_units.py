"""The units of systemd: understood, hardened, and such that what runs may end its work."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from heliograph.workers.app import TASK_SECONDS
from heliograph.workers.pools.systemd import NUMBER, UNIT
from heliograph.workers.post import FAREWELL_SECONDS

FOLDER = Path(__file__).parents[2] / "deploy/systemd"
PROGRAM = "/opt/heliograph/current/.venv/bin/heliograph"
SERVICES = sorted(path.name for path in FOLDER.glob("*.service"))
LASTING = ("heliograph-beat.service", "heliograph-outside.service", "heliograph-web.service", UNIT.format(""))
needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze") and "CI" not in os.environ, reason="There is no systemd-analyze here."
)
QUIET = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": ""}


def service(name):
    """Its section [Service]; of what is repeated, the last."""
    unit = RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string((FOLDER / name).read_text())
    return unit["Service"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """All units, of the worker number 1, with a program that exists here."""
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    (folder / UNIT.format("")).rename(folder / UNIT.format(1))
    for unit in folder.glob("*.service"):
        unit.write_text(unit.read_text().replace(PROGRAM, sys.executable))
    return folder


def analyze(*words):
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", LASTING)
def test_it_says_when_it_is_ready_and_is_started_again_for_as_long_as_it_dies(name):
    assert (service(name)["Type"], service(name)["Restart"]) == ("notify", "always")
    assert "StartLimitIntervalSec=0" in (FOLDER / name).read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_it_runs_the_release_in_use_as_an_account_that_may_nothing(name):
    found = service(name)
    assert found["ExecStart"].startswith(f"{PROGRAM} ")
    assert (found["User"], found["EnvironmentFile"]) == ("heliograph", "/etc/heliograph/heliograph.env")


def test_what_is_stopped_may_finish_its_work():
    for name in (UNIT.format(""), "heliograph-outside.service"):
        found = service(name)
        assert (found["KillSignal"], found["KillMode"]) == ("SIGTERM", "mixed")
        assert TASK_SECONDS < FAREWELL_SECONDS < int(found["TimeoutStopSec"])
    web = service("heliograph-web.service")
    assert int(web["ExecStart"].split("--patience ")[1]) < int(web["TimeoutStopSec"])


def test_workers_are_those_that_the_pool_looks_for():
    assert NUMBER.fullmatch(UNIT.format(3))[1] == "3"
    assert service(UNIT.format(""))["ExecStart"].endswith("/bin/heliograph worker --name worker-%i")


@needs_systemd
def test_systemd_understands_every_line(installed):
    units = [path for path in installed.iterdir() if path.is_file()]
    done = analyze("verify", *units)

    assert (done.returncode, [line for line in done.stderr.splitlines() if "heliograph" in line]) == (0, [])


@needs_systemd
def test_systemd_finds_little_exposed(installed):
    units = sorted(installed.glob("*.service"))
    done = analyze("security", "--offline=true", "--no-pager", *units)
    found = dict(re.findall(r"Overall exposure level for (\S+): ([0-9.]+)", done.stdout))

    assert set(found) == {unit.name for unit in units}, done.stderr
    assert {name: level for name, level in found.items() if float(level) > 1.5} == {}


def test_web_says_that_it_is_ready_and_ends_in_order_when_told(tmp_path):
    """The socket is handed over as systemd does it; the pages need no database to begin."""
    where, told = tmp_path / "web.sock", tmp_path / "told.sock"
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        listener.bind(str(where))
        listener.listen()
        heard.bind(str(told))
        heard.settimeout(120)
        process = start_with(listener, NOTIFY_SOCKET=str(told), HELIOGRAPH_HOME=str(tmp_path / "home"))
        try:
            assert "READY=1" in heard.recv(1024).decode().splitlines()
            assert answer(where, "/static/dist/manifest.json").startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.wait()


def start_with(listener, **more):
    """`heliograph web` with that socket as its descriptor 3."""
    words = f'exec 3<&{listener.fileno()}; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'
    command = ["bash", "-c", words, "bash", Path(sys.executable).with_name("heliograph"), "web"]
    secrets = {"HELIOGRAPH_SECRET_KEY": "only for this test", "REDIS_URL": "redis://127.0.0.1:1/0"}
    return subprocess.Popen(command, pass_fds=[listener.fileno()], env=QUIET | secrets | more)


def answer(where, path):
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(60)
        line.connect(str(where))
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return line.recv(100)

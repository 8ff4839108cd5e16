"""The unit of systemd that the pool starts and stops by number."""

import re
import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from heliograph.workers.app import TASK_SECONDS
from heliograph.workers.pools.systemd import NUMBER, UNIT
from heliograph.workers.post import FAREWELL_SECONDS

FILE = Path(__file__).parents[2] / "deploy/systemd/heliograph-worker@.service"
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")


@pytest.fixture(scope="module")
def service():
    """Its section [Service]; of what is repeated, the last."""
    unit = RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string(FILE.read_text())
    return unit["Service"]


@pytest.fixture
def installed(tmp_path):
    """The unit as number 1, with a program that exists here."""
    unit = tmp_path / UNIT.format(1)
    unit.write_text(FILE.read_text().replace("/opt/heliograph/.venv/bin/heliograph", sys.executable))
    return unit


def test_its_name_and_its_node_are_those_that_the_pool_looks_for(service):
    assert FILE.name == UNIT.format("")
    assert NUMBER.fullmatch(UNIT.format(3))[1] == "3"
    assert service["ExecStart"].endswith("/bin/heliograph worker --name worker-%i")


def test_a_worker_that_is_stopped_may_finish_its_task(service):
    assert (service["KillSignal"], service["KillMode"]) == ("SIGTERM", "mixed")
    assert TASK_SECONDS < FAREWELL_SECONDS < int(service["TimeoutStopSec"])


def test_it_is_hardened_but_may_compile(service):
    assert "MemoryDenyWriteExecute" not in service
    assert service["EnvironmentFile"] == "/etc/heliograph.env"
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert (service["User"], service["CapabilityBoundingSet"]) == ("heliograph", "")


@needs_systemd
def test_systemd_understands_every_line(installed):
    done = subprocess.run(
        ["systemd-analyze", "verify", installed], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, [line for line in done.stderr.splitlines() if UNIT.format(1) in line]) == (0, [])


@needs_systemd
def test_systemd_finds_little_exposed(installed):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", installed],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)[1]) <= 1.5

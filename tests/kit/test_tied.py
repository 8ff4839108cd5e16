"""A child does not outlive its parent."""

import signal
import subprocess
import sys

import psutil

from heliograph.kit.wait import wait_until
from tests.kit.processes import kill

PARENT = """
import sys
from heliograph.kit.tied import start_tied
with open("/dev/null", "wb") as log:
    child = start_tied(["sleep", "600"], log=log)
print(child.pid, flush=True)
sys.stdin.read()
"""


def alive(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_tied_child_ends_when_its_parent_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        child = int(parent.stdout.readline())
        assert alive(child)
        kill(parent.pid)

    assert wait_until(lambda: not alive(child), seconds=60)


def test_the_tether_ends_its_command_when_the_pipe_closes():
    command = [sys.executable, "-m", "heliograph.kit.tether", str(int(signal.SIGTERM)), "sleep", "600"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as tether:
        assert wait_until(lambda: psutil.Process(tether.pid).children(), seconds=60)
        tether.stdin.close()

        assert tether.wait(60) != 0


def test_the_tether_passes_signals_on():
    command = [sys.executable, "-m", "heliograph.kit.tether", str(int(signal.SIGKILL)), "sleep", "600"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as tether:
        assert wait_until(lambda: psutil.Process(tether.pid).children(), seconds=60)
        child = psutil.Process(tether.pid).children()[0]
        tether.send_signal(signal.SIGTERM)
        tether.wait(60)

        assert not alive(child.pid)

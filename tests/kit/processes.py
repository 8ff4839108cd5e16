"""Seeing and ending real processes in tests."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import psutil

from heliograph.kit.wait import wait_until

USER = """
import sys
from pathlib import Path
from heliograph.kit.embedded import connect
with connect(Path(sys.argv[1])) as servers:
    print(servers.database_url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def user_of(home):
    """A process that uses the servers of a home until its standard input closes."""
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "DATABASE_URL": "", "REDIS_URL": ""},
    ) as process:
        process.first_line = process.stdout.readline().strip()
        try:
            yield process
        finally:
            process.kill()


def processes_of(folder):
    """The processes that have that folder on their command line."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        if any(str(folder) in word for word in words) and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def all_gone(folder, *, seconds=60):
    """True once no process names that folder any more."""
    # To look through all processes takes a while itself.
    return wait_until(lambda: not processes_of(folder), seconds=seconds, every=0.2)


def kill(pid):
    """Kill at once, without a farewell."""
    os.kill(pid, signal.SIGKILL)

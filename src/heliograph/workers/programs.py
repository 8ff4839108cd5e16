"""The programs that `up` runs, each a process of its own."""

import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from heliograph.workers.schedule import QUEUES

CELERY = (sys.executable, "-m", "celery", "-A", "heliograph.workers.app")
PREPARE = (sys.executable, "-m", "heliograph.workers.prepare")


@dataclass(frozen=True, slots=True)
class Options:
    """What `heliograph up` was asked for."""

    home: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8420
    sample: bool = True
    replay: bool = True

    @property
    def reach(self) -> str:
        """The host by which this machine reaches itself."""
        return "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        return f"http://{f'[{self.reach}]' if ':' in self.reach else self.reach}:{self.port}"


@dataclass(frozen=True, slots=True)
class Program:
    """A command that is started again when it dies; `farewell` ends it in order."""

    name: str
    command: tuple[str, ...]
    farewell: signal.Signals = signal.SIGTERM


def web(listener: int) -> Program:
    """The web server on a socket that the supervisor holds: the port stays ours while it restarts."""
    command = (sys.executable, "-m", "gunicorn", "-c", "python:heliograph.config.gunicorn")
    where = ("--bind", f"fd://{listener}", "heliograph.config.asgi:application")
    return Program("web", (*command, *where))


def worker() -> Program:
    """The worker of all queues."""
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-O", "fair", "-l", "INFO")
    return Program("worker", (*CELERY, "worker", "-n", "worker@%h", "-Q", ",".join(QUEUES), *quiet))


def beat() -> Program:
    """The timetable."""
    scheduler = ("-S", "heliograph.workers.beat:LeasedScheduler", "--pidfile", "", "-l", "INFO")
    return Program("beat", (*CELERY, "beat", *scheduler))

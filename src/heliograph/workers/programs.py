"""The programs that `up` runs, each a process of its own."""

import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from heliograph.workers.queues import OUTSIDE, QUEUES, read_by

# Never with the folder that we stand in first in the path: a `click.py` of the user there is not ours to run.
MODULE = (sys.executable, "-P", "-m")
CELERY = (*MODULE, "heliograph.workers.command", "-A", "heliograph.workers.app")
PREPARE = (*MODULE, "heliograph.workers.prepare")


@dataclass(frozen=True, slots=True)
class Options:
    """What `heliograph up` was asked for."""

    home: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8420
    sample: bool = True
    replay: bool = True
    # Worker processes for the quick queues.
    workers: int = 1

    @property
    def reach(self) -> str:
        """The host by which this machine reaches itself."""
        return "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host

    @property
    def is_loopback(self) -> bool:
        """True if only this machine can reach it."""
        return self.host in {"127.0.0.1", "localhost", "::1"}

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
    # It touches the file that HELIOGRAPH_PULSE names as long as it gets on.
    has_pulse: bool = False


def web(listener: int) -> Program:
    """The web server on a socket that the supervisor holds: the port stays ours while it restarts."""
    return _gunicorn("--bind", f"fd://{listener}")


def serve(*, processes: int, patience: int) -> Program:
    """The web server by itself on a socket that it is handed as by systemd."""
    return _gunicorn("--workers", str(processes), "--graceful-timeout", str(patience))


def succession(bind: str, *, patience: int, command: tuple[str, ...]) -> Program:
    """Holds the socket for one web server after another, each of them started by that command.

    Whoever starts it waits more than five seconds longer than `patience` for its end.
    """
    return Program("web", (*MODULE, "heliograph.workers.succession", bind, str(patience), *command))


def _gunicorn(*options: str) -> Program:
    command = (*MODULE, "gunicorn", "-c", "python:heliograph.config.gunicorn", *options)
    return Program("web", (*command, "heliograph.config.asgi:application"))


def worker(name: str = "worker", queues: tuple[str, ...] = QUEUES, concurrency: int = 1) -> Program:
    """A worker of these concerns, known to others as `name@host`."""
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "-O", "fair", "-l", "INFO")
    node = node_name(name)
    reads = ",".join(read_by(node, queues))
    return Program(
        name, (*CELERY, "worker", "-n", node, "-Q", reads, "-c", str(concurrency), *quiet), has_pulse=True
    )


def node_name(name: str) -> str:
    """The name by which a worker of this machine is known to others."""
    return f"{name}@{socket.gethostname()}"


def outside() -> Program:
    """The worker of what waits for others: one child each for exchanges, for notices and for long work."""
    return worker("outside", OUTSIDE, len(OUTSIDE))


def stream() -> Program:
    """Keeps the streams of exchanges."""
    return Program("stream", (*MODULE, "heliograph.workers.stream"))


def beat() -> Program:
    """The timetable; its scheduler is named in the application."""
    return Program("beat", (*CELERY, "beat", "--pidfile", "", "-l", "INFO"))

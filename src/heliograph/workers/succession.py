"""Holds the socket of the pages, and lets one Gunicorn succeed another: SIGHUP takes the release in use.

`python -m heliograph.workers.succession BIND PATIENCE PROGRAM...`: PROGRAM is started with the socket as a
program of systemd is. On SIGHUP it is started anew, from where its path now leads; when the successor is
ready, the one before is told to end, which it does once its requests have ended. A successor that does not
become ready is ended, and all stays as it was. SIGTERM ends all. The socket stays open all the while: who
connects between two waits there. Whatever this needs is imported at its start: its release may go away.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from select import select

from heliograph.kit.notify import READY, notify
from heliograph.kit.tied import start_tied

# The descriptor on which a successor says that one of its processes has loaded the pages.
SAYS = "SUCCESSION_READY_FD"
READY_SECONDS = 120.0
LOOK_SECONDS = 0.5
# As systemd hands over the first socket.
HANDED = 3
BACKLOG = 2048
OF_OURS = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


@dataclass(frozen=True, slots=True)
class Heir:
    """One Gunicorn; `deadline` is when it has to be ready or, once it was told to end, to have ended."""

    process: "subprocess.Popen[bytes]"
    says: int
    deadline: float


class Succession:
    """Who serves, who is about to, and who still ends."""

    def __init__(self, command: Sequence[str], *, patience: float, env: Mapping[str, str]) -> None:
        self._command, self._patience, self._env = command, patience, env
        self._serving: Heir | None = None
        self._coming: Heir | None = None
        self._ending: list[Heir] = []

    def begin(self) -> None:
        """Start a successor; one that is not ready yet is of no use any more."""
        if self._coming:
            self._give_up(self._coming)
        reader, writer = os.pipe()
        env = {**self._env, SAYS: str(writer)}
        process = start_tied(self._command, log=sys.stderr.buffer, env=env, keep=(HANDED, writer))
        os.close(writer)
        self._coming = Heir(process, reader, time.monotonic() + READY_SECONDS)

    def look(self, wake: int) -> None:
        """Wait for a signal or a word, no longer than a moment, and act on what the processes came to."""
        select([wake, *([self._coming.says] if self._coming else [])], [], [], LOOK_SECONDS)
        if self._coming:
            self._hear(self._coming)
        for heir in [one for one in self._ending if one.process.poll() is not None]:
            self._ending.remove(heir)
        for heir in self._ending:
            if time.monotonic() > heir.deadline:
                heir.process.kill()

    @property
    def is_over(self) -> bool:
        """Nobody serves, and nobody is about to."""
        return not self._coming and (self._serving is None or self._serving.process.poll() is not None)

    def end(self) -> None:
        """Tell all to end, and wait for it."""
        for heir in filter(None, (self._serving, self._coming)):
            self._retire(heir)
        for heir in self._ending:
            try:
                heir.process.wait(max(heir.deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                heir.process.kill()
                heir.process.wait()

    def _hear(self, heir: Heir) -> None:
        if select([heir.says], [], [], 0)[0]:
            if not os.read(heir.says, 1):
                self._give_up(heir)
                return
            os.close(heir.says)
            before, self._serving, self._coming = self._serving, heir, None
            _say("The pages are served" if before is None else "A successor serves the pages")
            notify(READY)
            if before:
                self._retire(before)
        elif time.monotonic() > heir.deadline:
            self._give_up(heir)

    def _give_up(self, heir: Heir) -> None:
        _say("What was to serve the pages did not become ready, or is not wanted any more")
        os.close(heir.says)
        heir.process.kill()
        heir.process.wait()
        self._coming = None

    def _retire(self, heir: Heir) -> None:
        heir.process.terminate()
        # Longer than Gunicorn itself waits.
        self._ending.append(Heir(heir.process, -1, time.monotonic() + self._patience + 5))


def _hold_socket(bind: str) -> None:
    """Have the listening socket as descriptor 3, where systemd puts it; else it is made."""
    if os.environ.get("LISTEN_PID") == str(os.getpid()):
        os.set_inheritable(HANDED, True)
        return
    path, is_path = bind.removeprefix("unix:"), bind.startswith("unix:")
    if is_path:
        # Of one that was killed.
        Path(path).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(BACKLOG)
    else:
        host, _, port = bind.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host.strip("[]"), int(port)), family=family, backlog=BACKLOG)
    os.dup2(listener.detach(), HANDED)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def main() -> int:
    """Serve until told to end; 1 if nobody serves any more, so that whoever watches starts it again."""
    bind, patience, *command = sys.argv[1:]
    _hold_socket(bind)
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writer)
    env = {name: value for name, value in os.environ.items() if name not in OF_OURS}
    line = Succession(command, patience=float(patience), env=env)
    line.begin()
    while not line.is_over:
        line.look(reader)
        try:
            heard = set(os.read(reader, 64))
        except BlockingIOError:
            continue
        if heard & {signal.SIGINT, signal.SIGTERM}:
            line.end()
            return 0
        if signal.SIGHUP in heard:
            line.begin()
    line.end()
    return 1


if __name__ == "__main__":
    sys.exit(main())

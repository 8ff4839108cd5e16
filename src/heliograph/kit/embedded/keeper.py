"""Runs a home's servers while anyone uses them: `python -m heliograph.kit.embedded.keeper HOME`.

It writes one line to standard output: `ready`, or the sentence that says why not. All else goes to its log.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from heliograph.errors import HeliographError
from heliograph.kit.embedded.home import Home, write_whole
from heliograph.kit.embedded.servers import Ground, Postgres, Valkey, start_server

LOOK_SECONDS = 0.25
# A server that dies more often than this within the time does not get well by starting it again.
MOST_RESTARTS = 5
RESTARTS_WITHIN = 600.0


class Keeper:
    """Both servers of a home, restarted when one dies, ended when the last user has gone."""

    def __init__(self, home: Home, log: IO[bytes]) -> None:
        self._home = home
        self._log = log
        self._ground = Ground.of(home)
        self._servers = (Postgres(self._ground), Valkey(self._ground))
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._restarts: dict[str, int] = {}
        self._falls: dict[str, list[float]] = {}

    def start(self) -> None:
        """Start both and say where they are."""
        try:
            for server in self._servers:
                self._processes[server.name] = start_server(server, log=self._log)
        except HeliographError:
            self.stop()
            raise
        self._write_state()

    def watch(self, wake: int) -> None:
        """Return when the home has no user left, or when told to end."""
        users = self._home.lock("users")
        while not users.attempt():
            if select.select([wake], [], [], LOOK_SECONDS)[0] and signal.SIGTERM in os.read(wake, 64):
                return
            self._revive()

    def stop(self) -> None:
        """End both in order and clear up the socket folder."""
        for server in self._servers:
            if process := self._processes.get(server.name):
                server.stop(process)
        self._home.state_file.unlink(missing_ok=True)
        shutil.rmtree(self._ground.sockets, ignore_errors=True)

    def _revive(self) -> None:
        for server in self._servers:
            if self._processes[server.name].poll() is None:
                continue
            now = time.monotonic()
            recent = [fall for fall in self._falls.get(server.name, []) if now - fall < RESTARTS_WITHIN]
            self._falls[server.name] = [*recent, now]
            self._restarts[server.name] = self._restarts.get(server.name, 0) + 1
            self._say(f"{server.name} died (restart {self._restarts[server.name]})")
            if len(recent) == MOST_RESTARTS:
                raise HeliographError(f"{server.name} died again and again.")
            self._processes[server.name] = start_server(server, log=self._log)
            self._write_state()

    def _write_state(self) -> None:
        state = {
            "keeper": os.getpid(),
            "database_url": self._ground.database_url,
            "redis_url": self._ground.redis_url,
            "processes": {name: process.pid for name, process in self._processes.items()},
            "restarts": self._restarts,
            "account": self._ground.account.name if self._ground.account else None,
        }
        write_whole(self._home.state_file, json.dumps(state))

    def _say(self, words: str) -> None:
        self._log.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} keeper: {words}\n".encode())
        self._log.flush()


def main() -> None:
    """Run the servers of the home named on the command line, as nobody's child."""
    if os.fork():
        os._exit(0)
    home = Home(Path(sys.argv[1]))
    wake = _wake_on_signals()
    with home.lock("keeper").held(), open(home.logs / "servers.log", "ab") as log:
        keeper = None
        try:
            keeper = Keeper(home, log)
            keeper.start()
        except (HeliographError, OSError) as fault:
            _answer(str(fault))
            return
        _answer("ready")
        try:
            keeper.watch(wake)
        finally:
            keeper.stop()


def _wake_on_signals() -> int:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    return reader


def _answer(words: str) -> None:
    # Whoever started the keeper may be gone by now; the servers then end at once, as nobody uses them.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)


if __name__ == "__main__":
    main()

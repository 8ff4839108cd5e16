"""A plain supervisor of an installation for the drill of upgrades, in the place of systemd.

`python -m benchmarks.drills.parts.upgrade_control SOCKET names|reload-web|restart [NAME]` is told to it.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from heliograph.kit.tied import start_tied

QUICK, SLOW = "generate,settle,upkeep", "ingest,notices,research"
# As long as a worker gets from systemd to finish what it holds.
END_SECONDS = 150


class Programs:
    """The programs of an installation, each started from where `current` leads."""

    def __init__(self, root: Path, env: Mapping[str, str], *, workers: int) -> None:
        self._program, self._env, self._log = (
            root / "current/.venv/bin/heliograph",
            env,
            root / "programs.log",
        )
        names = [f"worker-{number + 1}" for number in range(workers)]
        self.words = {name: ("worker", "--name", name, "--queues", QUICK) for name in names}
        self.words["outside"] = ("worker", "--name", "outside", "--queues", SLOW)
        self.words["beat"] = ("beat",)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._start("web", "web", "--bind", f"unix:{root / 'web.sock'}", "--patience", "30")
        for name, words in self.words.items():
            self._start(name, *words)

    def _start(self, name: str, *words: str) -> None:
        with open(self._log, "ab") as log:
            command = (str(self._program), *words)
            self._running[name] = start_tied(command, log=log, env=self._env)

    def act(self, verb: str, name: str = "") -> str:
        """What the command answers."""
        if verb == "names":
            return "\n".join(self.words)
        if verb == "reload-web":
            self._running["web"].send_signal(signal.SIGHUP)
        else:
            self.end(name)
            self._start(name, *self.words[name])
        return ""

    def end(self, *names: str) -> None:
        """End some programs, or all."""
        for name in names or self._running:
            self._running[name].terminate()
        for name in names or self._running:
            with suppress(subprocess.TimeoutExpired):
                self._running[name].wait(END_SECONDS)
            self._running[name].kill()
            self._running[name].wait()


@contextmanager
def supervised(root: Path, env: Mapping[str, str], *, workers: int) -> Iterator[str]:
    """Run an installation for a block; yields the command by which it is told what to do."""
    where = root / "control.sock"
    # Tied to the thread that starts them: it has to live as long as they do.
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(where))
        listener.listen()
        thread = Thread(target=_serve, args=(listener, root, env, workers))
        thread.start()
        try:
            yield f"{sys.executable} -m {__spec__.name} {where}"
        finally:
            _tell(where, "end")
            thread.join()


def _serve(listener: socket.socket, root: Path, env: Mapping[str, str], workers: int) -> None:
    programs = Programs(root, env, workers=workers)
    while True:
        line, _ = listener.accept()
        with line:
            verb, *rest = line.recv(1000).decode().split()
            if verb == "end":
                programs.end()
                return
            line.sendall(programs.act(verb, *rest).encode())


def _tell(where: Path, *words: str) -> str:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(where))
        line.sendall(" ".join(words).encode())
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b"")).decode()


if __name__ == "__main__":
    os.write(1, _tell(Path(sys.argv[1]), *sys.argv[2:]).encode())

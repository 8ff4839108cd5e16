"""Making a home ready in a process of its own, whose memory is given back when it is done."""

import os
import subprocess
from collections.abc import Mapping

from heliograph.kit.tied import start_tied
from heliograph.workers.programs import PREPARE


class Preparation:
    """A running `heliograph.workers.prepare`, heard line by line without waiting."""

    def __init__(self, *, sample: bool, env: Mapping[str, str], log: str) -> None:
        command = (*PREPARE, *(() if sample else ("--no-sample",)))
        with open(log, "ab") as errors:
            self._process = start_tied(command, output=subprocess.PIPE, log=errors, env=env)
        assert self._process.stdout
        self._output = self._process.stdout
        os.set_blocking(self._output.fileno(), False)
        self._rest = b""

    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def lines(self) -> list[str]:
        """The whole lines that it has printed since the last call."""
        while part := self._output.read(65_536):
            self._rest += part
        *whole, self._rest = self._rest.split(b"\n")
        return [line.decode() for line in whole]

    def end(self) -> None:
        """Stop it: what it has not finished is done at the next start."""
        self._process.kill()
        self._process.wait()
        self._output.close()

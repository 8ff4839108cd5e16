"""Making a home ready in a process of its own, whose memory is given back when it is done."""

import os
import subprocess
from collections.abc import Mapping

from heliograph.kit.tied import start_tied
from heliograph.workers.programs import PREPARE

# Begins the line that is a link, which is not for telling as it stands.
LINK = "link "


class Preparation:
    """A running `heliograph.workers.prepare`, heard line by line without waiting."""

    def __init__(self, *, sample: bool, loopback: bool, env: Mapping[str, str], log: str) -> None:
        options = {"--no-sample": not sample, "--loopback": loopback}
        command = (*PREPARE, *(name for name, is_asked in options.items() if is_asked))
        with open(log, "ab") as errors:
            self._process = start_tied(command, output=subprocess.PIPE, log=errors, env=env)
        assert self._process.stdout
        self._output = self._process.stdout
        os.set_blocking(self._output.fileno(), False)
        self._rest = b""
        # The path by which somebody comes in who could not otherwise; none once somebody can.
        self.link = ""

    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def lines(self) -> list[str]:
        """The whole lines that it has printed since the last call."""
        while part := self._output.read(65_536):
            self._rest += part
        *whole, self._rest = self._rest.split(b"\n")
        lines = [line.decode() for line in whole]
        self.link = next((line.removeprefix(LINK) for line in lines if line.startswith(LINK)), self.link)
        return [line for line in lines if not line.startswith(LINK)]

    def end(self) -> None:
        """Stop it: what it has not finished is done at the next start."""
        self._process.kill()
        self._process.wait()
        self._output.close()

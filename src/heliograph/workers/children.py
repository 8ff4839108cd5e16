"""A program as a child process: started, watched, started again, ended."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO

from heliograph.kit.tied import start_tied
from heliograph.workers.programs import Program

# A child that lived this long has earned a fresh start.
STEADY_SECONDS = 60.0
LONGEST_PAUSE = 30.0
LARGEST_LOG = 10_000_000
# A pulse so old is that of a process that stands still. A start and a busy machine take some seconds.
LONGEST_STILL = 45.0
PULSE = "HELIOGRAPH_PULSE"


class Child:
    """One program and its process, started again after 1, 2, 4 ... 30 seconds when it dies."""

    def __init__(
        self,
        program: Program,
        *,
        env: Mapping[str, str],
        log: Path,
        keep: Sequence[int] = (),
        longest_pause: float = LONGEST_PAUSE,
        journal: IO[bytes] | None = None,
    ) -> None:
        self.program = program
        self._pulse = log.with_suffix(".pulse") if program.has_pulse else None
        self._env = {**env, PULSE: str(self._pulse)} if self._pulse else env
        self.log = log
        self._journal = journal
        self._keep = keep
        self._longest_pause = longest_pause
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._falls = 0
        self._due = 0.0

    @property
    def kept(self) -> str:
        """Where what it says is kept."""
        return "the journal" if self._journal else str(self.log)

    @property
    def pid(self) -> int | None:
        """The process, if one runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the program; its output is added to its log."""
        if self._pulse:
            self._pulse.touch()
        with nullcontext(self._journal) if self._journal else open(self.log, "ab") as log:
            self._process = start_tied(self.program.command, log=log, env=self._env, keep=self._keep)
        self._started = time.monotonic()

    def look(self) -> str | None:
        """See whether it died or is due again; returns what there is to say."""
        if self.pid:
            return self._feel_pulse()
        now = time.monotonic()
        if self._process is not None:
            return self._fell(now, self._process.returncode)
        if now < self._due:
            return None
        self.start()
        return f"{self.program.name} is started again"

    def ask_to_end(self) -> None:
        """Send the farewell."""
        if self.pid and self._process:
            self._process.send_signal(self.program.farewell)

    def retire(self) -> None:
        """End it without waiting; whoever holds it looks at it no more."""
        self.ask_to_end()
        self.end(seconds=1)

    def end(self, *, seconds: float) -> None:
        """Wait for the end, and no longer than that many seconds."""
        if not self._process:
            return
        try:
            self._process.wait(max(seconds, 0.1))
        except subprocess.TimeoutExpired:
            # Each step is one transaction: whatever it was doing is either done or not begun.
            self._process.kill()
            self._process.wait()

    def _feel_pulse(self) -> str | None:
        if not self._pulse or not self._process or time.time() - _touched(self._pulse) < LONGEST_STILL:
            return None
        self._process.kill()
        return f"{self.program.name} stood still for {LONGEST_STILL:.0f} s and was killed"

    def _fell(self, now: float, code: int) -> str:
        self._falls = 1 if now - self._started > STEADY_SECONDS else self._falls + 1
        pause = min(2.0 ** (self._falls - 1), self._longest_pause)
        self._process, self._due = None, now + pause
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"{self.program.name} {how}; it is started again in {pause:.0f} s, its log is {self.kept}"


def _touched(file: Path) -> float:
    """When a file was last touched; now, if somebody removed it."""
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return time.time()


def roll(log: Path) -> None:
    """Put a log that has grown large aside; the one before it goes."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".1.log"))

"""Workers as units of systemd: `heliograph-worker@1`, `heliograph-worker@2`, ..."""

import re
import subprocess
from collections.abc import Sequence

from heliograph.workers.pools.drains import let_go, take_back
from heliograph.workers.pools.pool import PoolFailed

UNIT = "heliograph-worker@{}.service"
NUMBER = re.compile(r"heliograph-worker@(\d+)\.service")
ANSWER_SECONDS = 20


class SystemdPool:
    """Starts and stops units, whose nodes are named `worker-N@host`.

    A unit that stops has its worker finish first (KillSignal=SIGTERM, the default).
    """

    name = "systemd"

    def size(self) -> int:
        """The units that are active or become so."""
        return len(self._numbers())

    def resize(self, size: int, *, reason: str) -> None:
        """Start the lowest free numbers, or stop the highest; systemd goes on with it by itself."""
        there = self._numbers()
        if going := there[size:]:
            for number in going:
                let_go(f"worker-{number}", reason=reason)
            self._systemctl("stop", "--no-block", *map(UNIT.format, going))
        free = (number for number in range(1, size + len(there) + 1) if number not in there)
        coming = [next(free) for _ in range(size - len(there))]
        if coming:
            for number in coming:
                take_back(f"worker-{number}")
            self._systemctl("start", "--no-block", *map(UNIT.format, coming))

    def describe(self) -> str:
        """What it is, in a sentence."""
        return f"units {UNIT.format('N')} of systemd on this machine"

    def _numbers(self) -> list[int]:
        listed = self._systemctl(
            "list-units", "--plain", "--no-legend", "--state=active,activating,reloading", UNIT.format("*")
        )
        return sorted({int(number) for number in NUMBER.findall(listed)})

    def _systemctl(self, *words: str) -> str:
        command: Sequence[str] = ("systemctl", *words)
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=ANSWER_SECONDS, check=False
            )
        except FileNotFoundError as fault:
            raise PoolFailed("There is no systemctl here; HELIOGRAPH_POOL=systemd needs it.") from fault
        except subprocess.TimeoutExpired as fault:
            raise PoolFailed(f"systemctl {words[0]} did not answer within {ANSWER_SECONDS} s.") from fault
        if done.returncode:
            said = " ".join(done.stderr.split()) or f"code {done.returncode}"
            raise PoolFailed(f"systemctl {words[0]} failed: {said}.")
        return done.stdout

"""Workers of `heliograph up` on this machine: the number stands in a file that its supervisor follows."""

import json
from pathlib import Path

from heliograph.kit.embedded import Home
from heliograph.kit.embedded.home import write_whole
from heliograph.workers.pools.drains import let_go, take_back, worker_name
from heliograph.workers.pools.pool import PoolFailed

WANTED = "workers.json"


class LocalPool:
    """The workers that the supervisor of a home runs."""

    name = "local"

    def __init__(self, home: Home) -> None:
        self._home = home

    def size(self) -> int:
        """What was asked for last, which the supervisor follows; before that what it runs."""
        return wanted(self._home.path) or _running(self._home.path)

    def resize(self, size: int, *, reason: str) -> None:
        """Write the number down; the supervisor looks twice a second."""
        if not self._home.lock("up").is_taken():
            raise PoolFailed(f"`heliograph up` does not run in {self._home.path}.")
        before = self.size()
        for number in range(size + 1, before + 1):
            let_go(worker_name(number), reason=reason)
        for number in range(before + 1, size + 1):
            take_back(worker_name(number))
        write_whole(self._home.path / WANTED, json.dumps({"wanted": size, "reason": reason}))

    def describe(self) -> str:
        """What it is, in a sentence."""
        return f"worker processes of `heliograph up` in {self._home.path}"


def forget_wanted(home: Path) -> None:
    """Begin with the number that `up` was asked for: what a run before it wanted is of no matter."""
    (home / WANTED).unlink(missing_ok=True)


def wanted(home: Path) -> int | None:
    """How many workers the policy wants in a home; None where it has said nothing yet."""
    try:
        value = json.loads((home / WANTED).read_text())["wanted"]
    except FileNotFoundError:
        return None
    return int(value)


def _running(home: Path) -> int:
    """The workers among the children of the supervisor."""
    try:
        children = json.loads((home / "up.json").read_text())["children"]
    except FileNotFoundError:
        return 0
    return sum(name.startswith("worker") for name in children)

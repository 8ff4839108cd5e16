"""What an upgrade has done so far, kept in a small file: a command that was killed goes on from there."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from heliograph_deploy.place import Failed


@dataclass
class Entry:
    """One upgrade. `done` are its steps; `result` is empty while it is under way, or was cut off."""

    before: str
    after: str
    done: list[str] = field(default_factory=list)
    rolled: list[str] = field(default_factory=list)
    result: str = ""
    why: str = ""


class Journal:
    """The newest upgrade of an installation."""

    def __init__(self, root: Path) -> None:
        self._file = root / "upgrade.json"
        self._lock = root / "upgrade.lock"

    def read(self) -> Entry | None:
        """None where there was no upgrade yet."""
        return Entry(**json.loads(self._file.read_text())) if self._file.exists() else None

    def write(self, entry: Entry) -> None:
        """Keep it, whole or not at all."""
        aside = self._file.with_suffix(".new")
        with open(aside, "w") as file:
            json.dump(asdict(entry), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._file)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For a block, no other upgrade of this installation runs; Failed where one does."""
        with open(self._lock, "w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as fault:
                raise Failed("Another heliograph-deploy is at work; wait until it is done.") from fault
            yield

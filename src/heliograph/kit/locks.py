"""Locks on files: the kernel gives them back however their holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """A lock on one file, shared or exclusive, held from `take` or `attempt` until `release`.

    A forked child holds it too; a started program does not.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def take(self, *, shared: bool = False) -> None:
        """Wait for the lock."""
        fcntl.flock(self._open(), fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def attempt(self, *, shared: bool = False) -> bool:
        """Take the lock if it is free now; False if it is not."""
        try:
            fcntl.flock(self._open(), (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def held(self, *, shared: bool = False) -> Iterator[None]:
        """Hold the lock for a block."""
        self.take(shared=shared)
        try:
            yield
        finally:
            self.release()

    def is_taken(self) -> bool:
        """True while another holds it exclusively."""
        probe = FileLock(self.path)
        try:
            return not probe.attempt(shared=True)
        finally:
            probe.release()

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file

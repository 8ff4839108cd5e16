"""Telling of many changes at once, soon after the first."""

import threading
from collections.abc import Iterable

from heliograph.kit.cache.writing import Writing

# Seconds that changes are gathered.
SOON = 0.01


class Gathering:
    """Tags that are about to be invalidated."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._lock = threading.Lock()
        self._tags: set[str] = set()

    def add(self, tags: Iterable[str]) -> None:
        """Invalidate these in a moment."""
        with self._lock:
            is_first = not self._tags
            self._tags.update(tags)
        if is_first:
            threading.Timer(SOON, self.flush).start()

    def flush(self) -> None:
        """Invalidate what was gathered."""
        with self._lock:
            tags, self._tags = sorted(self._tags), set()
        if tags:
            self._writing.invalidate(tags)

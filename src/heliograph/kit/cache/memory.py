"""The first level: decoded values in the memory of this process, bounded in bytes."""

import threading
from typing import Any

from cachetools import LRUCache

from heliograph.kit.cache.counters import Histogram, PrefixTally
from heliograph.kit.cache.envelope import Versions

# What an entry takes beside its value, about.
OVERHEAD = 400


class Entry:
    """A value in memory. `until` (fresh) and `dead_at` are of the steady clock."""

    __slots__ = ("as_of", "dead_at", "is_failure", "size", "tags", "tally", "until", "value")

    def __init__(self, value: Any, *, until: float, dead_at: float, size: int, tally: PrefixTally) -> None:
        self.value, self.until, self.dead_at, self.tally = value, until, dead_at, tally
        self.size = size + OVERHEAD
        self.tags: Versions = ()
        self.is_failure = False
        # The change up to which it is known to be current.
        self.as_of = 0


class _Entries(LRUCache[str, Entry]):
    """Entries by key, the least recently used evicted first; knows which carry a tag."""

    def __init__(self, most: int) -> None:
        super().__init__(most, getsizeof=lambda entry: entry.size)
        self.tagged: dict[str, set[str]] = {}

    def __delitem__(self, key: str, *args: Any, **named: Any) -> None:
        for tag, _ in self[key].tags:
            keys = self.tagged.get(tag, set())
            keys.discard(key)
            if not keys:
                self.tagged.pop(tag, None)
        super().__delitem__(key, *args, **named)


class Memory:
    """The entries of this process, to be read and written under `lock`."""

    def __init__(self, most_bytes: int) -> None:
        self.lock = threading.Lock()
        self.entries = _Entries(most_bytes)
        self.latency = Histogram()
        self.evicted = 0
        # Changes that were heard of while a value was on its way here.
        self._changed: LRUCache[str, float] = LRUCache(8192)
        self._cleared = -1.0

    def put(self, key: str, entry: Entry, *, asked_at: float, known: dict[str, int]) -> bool:
        """Keep an entry, unless it changed since it was asked for or is too large."""
        with self.lock:
            if self._changed_at(key) > asked_at:
                return False
            if any(known.get(tag, 0) > version for tag, version in entry.tags):
                return False
            self._remove(key)
            if entry.size * 8 > self.entries.maxsize:
                return False
            count = len(self.entries) + 1
            self.entries[key] = entry
            self.evicted += count - len(self.entries)
            for tag, _ in entry.tags:
                self.entries.tagged.setdefault(tag, set()).add(key)
            return True

    def changed(self, key: str, *, at: float, version: int) -> None:
        """Forget a key where it is older than that change, and what is on its way here for it."""
        with self.lock:
            self._changed[key] = at
            entry = self.entries.get(key)
            if entry is not None and entry.as_of < version:
                self._remove(key)

    def changed_at(self, key: str) -> float:
        """When a change of the key was last heard of, by the steady clock; -1 if never."""
        with self.lock:
            return self._changed_at(key)

    def raised(self, tag: str, version: int) -> None:
        """Forget what carries the tag in an older version."""
        with self.lock:
            for key in list(self.entries.tagged.get(tag, ())):
                if dict(self.entries[key].tags)[tag] < version:
                    self._remove(key)

    def remove(self, key: str) -> None:
        """Forget a key."""
        with self.lock:
            self._remove(key)

    def clear(self, *, at: float) -> None:
        """Forget all, and what is on its way here."""
        with self.lock:
            self._cleared = at
            self.entries.clear()
            self.entries.tagged.clear()

    def _changed_at(self, key: str) -> float:
        return max(self._changed.get(key, -1.0), self._cleared)

    def _remove(self, key: str) -> None:
        if key in self.entries:
            del self.entries[key]

"""Changes as levels tell them, and what this process knows of them."""

from typing import NamedTuple

from heliograph.kit.cache.envelope import Versions
from heliograph.kit.cache.memory import Memory

# Seconds for which levels remember which keys changed, with a margin.
REMEMBERED = 50.0


class Changes(NamedTuple):
    """What changed since a moment of a level's own clock, which is `top` now.

    `born` names the life of the level: another one than before means that it has forgotten all. It is empty
    while nothing was ever changed.
    """

    born: bytes
    top: int
    tags: list[tuple[str, int]]
    keys: list[tuple[str, int]]


class Knowledge:
    """The versions of all tags, as far as this process has heard.

    An entry is as new as the versions it carries. Memory may be read until `trusted_until` of the steady
    clock: changes come by message within moments, and where a message is lost this is the bound.
    """

    def __init__(self, memory: Memory, *, trust: float) -> None:
        self.versions: dict[str, int] = {}
        self.trusted_until = -1.0
        self._memory, self._trust = memory, trust
        # The life and the clock of each level, by its number.
        self._lives: dict[int, bytes] = {}
        self._tops: dict[int, int] = {}
        self._learnt: dict[int, float] = {}

    def since(self, level: int) -> int:
        """From when on a level's changes are of interest."""
        return self._tops.get(level, 0)

    def outdates(self, tags: Versions) -> bool:
        """True if a tag was invalidated after the version that the entry carries."""
        known = self.versions
        return any(known.get(tag, 0) > version for tag, version in tags)

    def now(self, tags: tuple[str, ...]) -> Versions:
        """The tags with the versions that are known at this moment."""
        known = self.versions
        return tuple((tag, known.get(tag, 0)) for tag in tags)

    def raise_tag(self, tag: str, version: int) -> None:
        """A tag was invalidated."""
        if self.versions.get(tag, 0) < version:
            self.versions[tag] = version
            self._memory.raised(tag, version)

    def learn(self, changes: Changes, *, level: int, asked_at: float, is_all: bool = True) -> None:
        """Take in what a level told; if that is all there is to know, trust lasts from when it was asked."""
        for tag, version in changes.tags:
            self.raise_tag(tag, version)
        for key, version in changes.keys:
            self._memory.changed(key, at=asked_at, version=version)
        was_deaf = asked_at - self._learnt.get(level, asked_at) > REMEMBERED
        known = self._lives.get(level)
        if was_deaf or (known and known != changes.born):
            self._memory.clear(at=asked_at)
        self._learnt[level] = asked_at
        self._lives[level], self._tops[level] = changes.born, changes.top
        if is_all:
            self.trusted_until = max(self.trusted_until, asked_at + self._trust)

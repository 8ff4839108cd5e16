"""Looking for entries, from the nearest level to the farthest."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from heliograph.kit.cache.encoding import decode
from heliograph.kit.cache.envelope import Envelope, unseal
from heliograph.kit.cache.errors import LevelDown, Unreadable
from heliograph.kit.cache.memory import Entry
from heliograph.kit.cache.parts import Parts


class Found(NamedTuple):
    """What a level had. `is_fresh`: not merely good to be served while another is made."""

    value: Any
    is_failure: bool
    is_fresh: bool


class Looking:
    """One search for some keys, in the levels that are asked for."""

    def __init__(self, parts: Parts, *, kind: Any, levels: Sequence[int]) -> None:
        self._parts, self._kind, self._levels = parts, kind, levels
        self._asked_at = parts.clocks.steady()
        self.found: dict[str, Found] = {}

    def search(self, keys: Sequence[str]) -> dict[str, Found]:
        """What there is of the keys."""
        if 1 in self._levels:
            self._in_memory(keys)
        for number, ask in ((2, self._in_redis), (3, self._in_table)):
            wanted = self._wanted(keys)
            if wanted and number in self._levels:
                ask(wanted)
        for key in keys:
            if key not in self.found:
                self._parts.tally.prefix(key).misses += 1
        return self.found

    def open(self, level: int, key: str, data: bytes | None, *, seconds: float) -> Envelope | None:
        """Judge what a level had for a key and count it; what is good is also kept in memory."""
        parts = self._parts
        try:
            envelope = unseal(data) if data is not None else None
            lives = envelope is not None and self._lives(envelope)
            value = decode(envelope.body, Any if envelope.is_failure else self._kind) if lives else None  # type: ignore[union-attr]
        except Unreadable:
            with parts.tally.level(level) as counts:
                counts.misses += 1
                counts.dropped += 1
            self._drop(level, key)
            return None
        with parts.tally.level(level) as counts:
            counts.latency.add(seconds)
            counts.hits += lives
            counts.misses += not lives
            counts.outdated += envelope is not None and not lives
            counts.bytes_read += len(data or b"")
        prefix = parts.tally.prefix(key)
        prefix.reading += seconds
        if not lives or envelope is None:
            return None
        prefix.far_hits += 1
        self._keep(key, envelope, value)
        return envelope

    def _wanted(self, keys: Sequence[str]) -> list[str]:
        return [key for key in keys if key not in self.found or not self.found[key].is_fresh]

    def _lives(self, envelope: Envelope) -> bool:
        parts = self._parts
        return envelope.dead_at > parts.clocks.wall() and not parts.knowledge.outdates(envelope.tags)

    def _in_memory(self, keys: Sequence[str]) -> None:
        parts, now, hits = self._parts, self._asked_at, 0
        trusts = now < parts.knowledge.trusted_until
        with parts.memory.lock:
            for key in keys:
                entry = parts.memory.entries.get(key)
                if entry is None or not trusts or now >= entry.dead_at:
                    continue
                is_fresh = now < entry.until
                self.found[key] = Found(entry.value, entry.is_failure, is_fresh)
                if is_fresh:
                    hits += 1
                    entry.tally.hits += 1
                    entry.tally.hits_bytes += entry.size
        with parts.tally.level(1) as counts:
            counts.misses += len(keys) - hits

    def _in_redis(self, keys: list[str]) -> None:
        parts = self._parts
        if parts.redis is None:
            return
        since = None if self._asked_at < parts.knowledge.trusted_until else parts.knowledge.since(2)
        begin = parts.clocks.steady()
        try:
            entries, changes = parts.redis.fetch(keys, since=since)
        except LevelDown:
            parts.down(2)
            return
        if changes is not None:
            parts.knowledge.learn(changes, level=2, asked_at=begin)
        share = (parts.clocks.steady() - begin) / len(keys)
        for key, data in zip(keys, entries, strict=True):
            self.open(2, key, data, seconds=share)

    def _in_table(self, keys: list[str]) -> None:
        parts = self._parts
        if parts.table is None:
            return
        begin = parts.clocks.steady()
        try:
            # Where Redis did not tell what changed, the table must before anything is believed.
            parts.hear()
            rows = parts.table.fetch(keys)
        except LevelDown:
            parts.down(3)
            return
        for _, changed in rows.values():
            for tag, version in changed:
                parts.knowledge.raise_tag(tag, version)
        share = (parts.clocks.steady() - begin) / len(keys)
        self._copy_up({key: self._opened_row(key, rows, share) for key in keys})

    def _opened_row(
        self, key: str, rows: dict[str, tuple[bytes, list[tuple[str, int]]]], seconds: float
    ) -> tuple[bytes, Envelope] | None:
        data = rows[key][0] if key in rows else None
        envelope = self.open(3, key, data, seconds=seconds)
        return (data, envelope) if data is not None and envelope is not None else None

    def _copy_up(self, opened: dict[str, tuple[bytes, Envelope] | None]) -> None:
        redis, now = self._parts.redis, self._parts.clocks.wall()
        entries = {key: (data, it[1].dead_at - now) for key, it in opened.items() if it for data in it[:1]}
        if redis is None or 2 not in self._levels or not entries or redis.breaker.is_open:
            return
        try:
            redis.copy_up(entries)
        except LevelDown:
            self._parts.down(2)

    def _keep(self, key: str, envelope: Envelope, value: Any) -> None:
        """Into what was found, and into memory."""
        is_fresh = envelope.fresh_until > self._parts.clocks.wall()
        self.found[key] = Found(value, envelope.is_failure, is_fresh)
        if 1 in self._levels:
            keep_near(self._parts, key, envelope, value, asked_at=self._asked_at)

    def _drop(self, level: int, key: str) -> None:
        parts = self._parts
        try:
            if level == 2 and parts.redis is not None:
                parts.redis.remove([key])
            elif level == 3 and parts.table is not None:
                parts.table.remove([key])
        except LevelDown:
            parts.down(level)


def keep_near(parts: Parts, key: str, envelope: Envelope, value: Any, *, asked_at: float) -> None:
    """Keep a value in memory for as long as its envelope says."""
    steady, wall = parts.clocks.steady(), parts.clocks.wall()
    entry = Entry(
        value,
        # A failure is raised, not returned: the short way out of memory must not find it.
        until=steady + envelope.fresh_until - wall,
        dead_at=steady + envelope.dead_at - wall,
        size=len(envelope.body) + len(key),
        tally=parts.tally.prefix(key),
    )
    entry.tags, entry.is_failure = envelope.tags, envelope.is_failure
    parts.memory.put(key, entry, asked_at=asked_at, known=parts.knowledge.versions)

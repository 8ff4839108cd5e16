"""Looking for entries, from the nearest level to the farthest."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from heliograph.kit.cache.encoding import decode
from heliograph.kit.cache.envelope import Envelope, unseal
from heliograph.kit.cache.errors import LevelDown, Unreadable
from heliograph.kit.cache.memory import Entry
from heliograph.kit.cache.parts import Parts
from heliograph.kit.cache.postgres_level import PostgresLevel
from heliograph.kit.cache.redis_level import RedisLevel


class Found(NamedTuple):
    """What a level had. `is_fresh`: not merely good to be served while another is made."""

    value: Any
    is_failure: bool
    is_fresh: bool


class Looking:
    """One search for some keys, in the levels that are asked for."""

    def __init__(
        self, parts: Parts, *, kind: Any, levels: Sequence[int], asks: Sequence[int] | None = None
    ) -> None:
        """`levels` keep what is found; `asks`: those that are asked, if not all of them."""
        self._parts, self._kind, self._levels = parts, kind, levels
        self._asks = levels if asks is None else asks
        self._asked_at = parts.clocks.steady()
        self.found: dict[str, Found] = {}

    def search(self, keys: Sequence[str]) -> dict[str, Found]:
        """What there is of the keys."""
        if 1 in self._asks:
            self._in_memory(keys)
        if self._parts.redis is not None and 2 in self._asks and (wanted := self._wanted(keys)):
            self._in_redis(self._parts.redis, wanted)
        if self._parts.table is not None and 3 in self._asks and (wanted := self._wanted(keys)):
            self._in_table(self._parts.table, wanted)
        return self.found

    def open(self, level: int, key: str, data: bytes | None, *, seconds: float) -> Envelope | None:
        """Judge what a level had for a key and count it; what is good is also kept in memory."""
        tally = self._parts.tally
        counts, prefix = tally.levels[level], tally.prefix(key)
        envelope = value = None
        outdated = dropped = False
        if data is not None:
            try:
                envelope = unseal(data)
                outdated = not self._lives(envelope)
                if not outdated:
                    value = decode(envelope.body, Any if envelope.is_failure else self._kind)
            except Unreadable:
                dropped = True
                self._drop(level, key)
        hit = envelope is not None and not outdated and not dropped
        with tally.lock:
            counts.latency.add(seconds)
            counts.hits += hit
            counts.misses += not hit
            counts.outdated += outdated
            counts.dropped += dropped
            counts.bytes_read += len(data) if data is not None else 0
            prefix.reading += seconds
            prefix.far_hits += hit
        if not hit or envelope is None:
            return None
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
        with parts.tally.lock:
            parts.tally.levels[1].misses += len(keys) - hits

    def _in_redis(self, redis: RedisLevel, keys: list[str]) -> None:
        parts = self._parts
        since = None if self._asked_at < parts.knowledge.trusted_until else parts.knowledge.since(2)
        begin = parts.clocks.steady()
        try:
            entries, changes = redis.fetch(keys, since=since)
        except LevelDown:
            parts.down(2)
            return
        if changes is not None:
            parts.knowledge.learn(changes, level=2, asked_at=self._asked_at)
        share = (parts.clocks.steady() - begin) / len(keys)
        for key, data in zip(keys, entries, strict=True):
            self.open(2, key, data, seconds=share)

    def _in_table(self, table: PostgresLevel, keys: list[str]) -> None:
        parts = self._parts
        begin = parts.clocks.steady()
        try:
            # Where Redis did not tell what changed, the table must before anything is believed.
            parts.hear()
            rows = table.fetch(keys)
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
            known = self._parts.knowledge.since(2)
            keep_near(self._parts, key, envelope, value, asked_at=self._asked_at, as_of=known)

    def _drop(self, level: int, key: str) -> None:
        parts = self._parts
        try:
            if level == 2 and parts.redis is not None:
                parts.redis.remove([key])
            elif level == 3 and parts.table is not None:
                parts.table.remove([key])
        except LevelDown:
            parts.down(level)


def keep_near(parts: Parts, key: str, envelope: Envelope, value: Any, *, asked_at: float, as_of: int) -> None:
    """Keep a value in memory for as long as its envelope says."""
    if len(envelope.body) * 8 > parts.memory.entries.maxsize:
        return
    steady, wall = parts.clocks.steady(), parts.clocks.wall()
    entry = Entry(
        value,
        until=steady + envelope.fresh_until - wall,
        dead_at=steady + envelope.dead_at - wall,
        size=len(envelope.body) + len(key),
        tally=parts.tally.prefix(key),
    )
    entry.tags, entry.is_failure, entry.as_of = envelope.tags, envelope.is_failure, as_of
    if parts.memory.put(key, entry, asked_at=asked_at, known=parts.knowledge.versions):
        parts.on_kept()

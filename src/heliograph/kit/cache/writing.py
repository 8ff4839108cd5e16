"""Writing entries, and telling all processes of changes."""

from collections.abc import Sequence
from typing import Any

from heliograph.kit.cache.encoding import decode, encode
from heliograph.kit.cache.envelope import Envelope, Versions, seal
from heliograph.kit.cache.errors import LevelDown
from heliograph.kit.cache.parts import Parts
from heliograph.kit.cache.reading import keep_near
from heliograph.kit.cache.rule import Rule

# Newer than any change.
NEWEST = 2**62


class Writing:
    """What changes the cache."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def envelope(
        self, value: Any, rule: Rule, *, tags: Versions, cost: float = 0.0, is_failure: bool = False
    ) -> Envelope:
        """A value with its lifetimes; the fresh one is shortened by chance, so that not all end at once."""
        parts = self._parts
        fresh, stale = rule.lifetime(is_negative=is_failure or value is None)
        fresh *= 1 - parts.limits.jitter * parts.chance.random()
        now = parts.clocks.wall()
        fresh_until = now + min(fresh, parts.limits.longest)
        return Envelope(encode(value), now, fresh_until, fresh_until + stale, cost, tags, is_failure)

    def set(self, key: str, value: Any, *, ttl: float, tags: Sequence[str], levels: Sequence[int]) -> None:
        """Write a value over what there is, and make all processes forget what they had."""
        parts = self._parts
        parts.hear()
        rule = Rule(ttl=ttl, tags=tuple(tags))
        envelope = self.envelope(value, rule, tags=parts.knowledge.now(rule.tags))
        data = seal(envelope, compress_over=parts.limits.compress_over)
        announce = 1 in levels
        told = self._store(key, data, envelope, announce=announce) if 2 in levels else None
        if 3 in levels:
            self._store_row(key, data, envelope)
            if not told and announce:
                told = self._change_row([f"k{key}"], version=0)
        if announce:
            now, version = parts.clocks.steady(), told or NEWEST
            parts.memory.changed(key, at=now, version=version)
            keep_near(parts, key, envelope, decode(envelope.body), asked_at=now, as_of=told or 0)

    def keep(self, key: str, envelope: Envelope, rule: Rule, *, token: str | None) -> bool:
        """Write what was computed; False if it was changed by another meanwhile."""
        parts = self._parts
        data = seal(envelope, compress_over=parts.limits.compress_over)
        begin, mine = parts.clocks.steady(), True
        if token and parts.redis:
            small = data if len(data) <= parts.limits.entry_bytes else b""
            try:
                mine = parts.redis.locks.fill(key, token, small, seconds=envelope.dead_at - envelope.made)
                self._written(2, len(small))
            except LevelDown:
                parts.down(2)
        if mine and 3 in rule.levels and envelope.cost >= parts.limits.row_worth:
            self._store_row(key, data, envelope)
        prefix = parts.tally.prefix(key)
        prefix.written += 1
        prefix.bytes += len(data)
        prefix.writing += parts.clocks.steady() - begin
        return mine

    def invalidate(self, tags: Sequence[str]) -> None:
        """Outdate all that carries one of the tags, everywhere."""
        names = [f"t{tag}" for tag in tags]
        version = self._change_row(names, version=self._change(names))
        known = self._parts.knowledge
        for tag in tags:
            least = known.versions.get(tag, 0) + 1
            known.raise_tag(tag, version or max(least, int(self._parts.clocks.wall() * 1e6)))

    def forget(self, keys: Sequence[str]) -> None:
        """Remove keys, everywhere."""
        parts, names = self._parts, [f"k{key}" for key in keys]
        for level, store in ((2, parts.redis), (3, parts.table)):
            if store is not None:
                try:
                    store.remove(keys)
                except LevelDown:
                    parts.down(level)
                    parts.miss(level, set(names))
        self._change_row(names, version=self._change(names))
        for key in keys:
            parts.memory.changed(key, at=parts.clocks.steady(), version=NEWEST)

    def clear(self) -> None:
        """Remove everything, everywhere."""
        parts = self._parts
        for level, store in ((2, parts.redis), (3, parts.table)):
            if store is not None:
                try:
                    store.clear()
                except LevelDown:
                    parts.down(level)
        parts.memory.clear(at=parts.clocks.steady())

    def _store(self, key: str, data: bytes, envelope: Envelope, *, announce: bool) -> int | None:
        """The version of the change, 0 where it was not announced; None where Redis could not be told."""
        parts = self._parts
        if parts.redis is None:
            return None
        try:
            version = parts.redis.store(
                key, data, seconds=envelope.dead_at - envelope.made, announce=announce
            )
        except LevelDown:
            parts.down(2)
            parts.miss(2, {f"k{key}"})
            return None
        self._written(2, len(data))
        return version

    def _store_row(self, key: str, data: bytes, envelope: Envelope) -> None:
        parts = self._parts
        if parts.table is None:
            return
        try:
            tags = [tag for tag, _ in envelope.tags]
            parts.table.store(key, data, tags=tags, dead_at=envelope.dead_at)
        except LevelDown:
            parts.down(3)
            parts.miss(3, {f"k{key}"})
        else:
            self._written(3, len(data))

    def _change(self, names: list[str]) -> int:
        parts = self._parts
        if parts.redis is None:
            return 0
        try:
            return parts.redis.change(names)
        except LevelDown:
            parts.down(2)
            parts.miss(2, set(names))
            return 0

    def _change_row(self, names: list[str], *, version: int) -> int:
        parts = self._parts
        if parts.table is None:
            return version
        try:
            return parts.table.change(names, version=version)
        except LevelDown:
            parts.down(3)
            parts.miss(3, set(names))
            return version

    def _written(self, level: int, size: int) -> None:
        with self._parts.tally.level(level) as counts:
            counts.bytes_written += size

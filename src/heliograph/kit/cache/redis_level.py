"""The second level: entries in Redis, with the clock and the tags of all processes."""

import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from heliograph.kit.cache.breaker import Breaker
from heliograph.kit.cache.changes import Changes
from heliograph.kit.cache.limits import Limits
from heliograph.kit.cache.redis_locks import Names, RedisLocks, milliseconds
from heliograph.kit.cache.wire import Wire

# A clock that never falls behind or repeats itself: microseconds, at least one more than before.
TICK = """
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local now = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
redis.call('SET', KEYS[1], now)
redis.call('SET', KEYS[2], ARGV[1], 'NX')
"""
# Tags are kept as long as an entry may live, changed keys for a minute: who was deaf for longer forgets all.
CHANGE = """
for place = 4, #ARGV do
    local kind, name = string.sub(ARGV[place], 1, 1), string.sub(ARGV[place], 2)
    redis.call('ZADD', kind == 't' and KEYS[3] or KEYS[4], 'GT', now, name)
    redis.call('PUBLISH', KEYS[5], ARGV[2] .. ' ' .. now .. ' ' .. ARGV[place])
end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ARGV[3] * 1000000)
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', now - 60000000)
return now
"""


class RedisLevel:
    """Entries in Redis. All methods raise LevelDown where it does not answer."""

    number = 2

    def __init__(self, url: str, *, limits: Limits, namespace: str) -> None:
        self.breaker = Breaker()
        self.wire = Wire(url, answer=limits.answer, breaker=self.breaker)
        self.names = Names(namespace, self.wire)
        self.locks = RedisLocks(self.wire, self.names, lease=limits.lease)
        self._longest = int(limits.longest)
        self.me = os.urandom(8).hex()

    def forget(self) -> None:
        """Leave all connections to whoever had them."""
        self.wire.forget()

    def probing(self) -> AbstractContextManager[None]:
        """This thread alone may talk though the breaker is open, which closes if nothing fails."""
        return self.wire.probing()

    def fetch(
        self, keys: Sequence[str], *, since: int | None = None
    ) -> tuple[list[bytes | None], Changes | None]:
        """The entries of the keys; with `since` also what changed after that, in the same trip."""
        if since is None and len(keys) == 1:
            return self.wire.talk(("GET", self.names.entry(keys[0]))), None
        wanted = (("MGET", *[self.names.entry(key) for key in keys]),) if keys else ()
        if since is None:
            return self.wire.talk(*wanted)[0], None
        *told, entries = self.wire.talk(*self._ask(since), *(wanted or (("ECHO", b""),)))
        return entries if keys else [], self._changes(told)

    def changes(self, since: int) -> Changes:
        """What changed after a moment of this level's clock."""
        return self._changes(self.wire.talk(*self._ask(since)))

    def change(self, names: Iterable[str]) -> int:
        """Tell all processes of changes, `t..` for a tag and `k..` for a key; the new version."""
        return int(self.wire.talk(self._change(names))[0])

    def store(self, key: str, data: bytes, *, seconds: float, announce: bool) -> int:
        """Write an entry over what there is; whoever computes the key meanwhile will not overwrite it.

        The version of the change, 0 where it was not announced.
        """
        written: tuple[Any, ...] = ("SET", self.names.entry(key), data, "PX", milliseconds(seconds))
        told = (self._change([f"k{key}"]),) if announce else ()
        answers = self.wire.talk(written, ("DEL", self.names.lock(key)), *told)
        return int(answers[2]) if announce else 0

    def copy_up(self, entries: dict[str, tuple[bytes, float]]) -> None:
        """Write entries that the level below had, where there are none meanwhile."""
        self.wire.talk(
            *[
                ("SET", self.names.entry(key), data, "PX", milliseconds(seconds), "NX")
                for key, (data, seconds) in entries.items()
            ]
        )

    def remove(self, keys: Sequence[str]) -> None:
        """Forget entries, and what is being computed for them."""
        names = [name(key) for key in keys for name in (self.names.entry, self.names.lock)]
        self.wire.talk(("UNLINK", *names))

    def raise_to(self, tags: Sequence[tuple[str, int]], keys: Sequence[str]) -> None:
        """Take over changes that Redis did not hear of."""
        raised = [("ZADD", self.names.tags, "GT", version, tag) for tag, version in tags]
        removed = [("UNLINK", *[self.names.entry(key) for key in keys])] if keys else []
        if raised or removed:
            self.wire.talk(*raised, *removed)

    def clear(self) -> None:
        """Remove everything, and what is being computed."""
        cursor, wanted = b"0", ("MATCH", self.names.all_of_keys, "COUNT", 1000)
        while True:
            cursor, found = self.wire.talk(("SCAN", cursor, *wanted))[0]
            if found:
                self.wire.talk(("UNLINK", *found))
            if cursor == b"0":
                break
        # A life that begins anew makes all processes forget what they have.
        self.wire.talk(("DEL", self.names.born), self._change(["c"]))

    def size(self) -> tuple[int, int]:
        """Entries, and the bytes that Redis uses for all that it holds."""
        found = self.wire.talk(("DBSIZE",), ("INFO", "memory"))
        lines = dict(line.split(":", 1) for line in found[1].decode().splitlines() if ":" in line)
        return int(found[0]), int(lines["used_memory"])

    def _change(self, names: Iterable[str]) -> tuple[Any, ...]:
        places = (self.names.clock, self.names.born, self.names.tags, self.names.keys, self.names.channel)
        new_life = os.urandom(8).hex()
        return ("EVAL", TICK + CHANGE, 5, *places, new_life, self.me, self._longest, *names)

    def _ask(self, since: int) -> tuple[tuple[Any, ...], ...]:
        return (
            ("GET", self.names.born),
            ("GET", self.names.clock),
            ("ZRANGEBYSCORE", self.names.tags, f"({since}", "+inf", "WITHSCORES"),
            ("ZRANGEBYSCORE", self.names.keys, f"({since}", "+inf", "WITHSCORES"),
        )

    def _changes(self, told: list[Any]) -> Changes:
        born, clock, tags, keys = told
        life = born + self.wire.life.encode() if born else b""
        return Changes(life, int(clock or 0), _scored(tags), _scored(keys))


def _scored(told: list[bytes]) -> list[tuple[str, int]]:
    return [(name.decode(), int(float(at))) for name, at in zip(told[::2], told[1::2], strict=True)]

"""The second level: entries in Redis, with the clock, the tags and the locks of all processes."""

import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from heliograph.kit.cache.breaker import Breaker
from heliograph.kit.cache.changes import Changes
from heliograph.kit.cache.limits import Limits
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
# Only the holder of the lock fills, and the latch lets those through who wait for it.
FILL = """
local mine = redis.call('GET', KEYS[2]) == ARGV[1]
if mine then
    if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
    redis.call('DEL', KEYS[2])
end
redis.call('LPUSH', KEYS[3], '1')
redis.call('PEXPIRE', KEYS[3], 10000)
return mine and 1 or 0
"""
RENEW = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
"""


class RedisLevel:
    """Entries in Redis. All methods raise LevelDown where it does not answer."""

    number = 2

    def __init__(self, url: str, *, limits: Limits, namespace: str) -> None:
        self.breaker = Breaker()
        self.wire = Wire(url, answer=limits.answer, breaker=self.breaker)
        self._limits = limits
        self._space = f"{namespace}:"
        self._clock, self._born, self._tags, self._keys = (
            f"{namespace}:{name}" for name in ("clock", "born", "tags", "keys")
        )
        self.channel = f"{namespace}:changes"
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
            return self.wire.talk(("GET", self._entry(keys[0]))), None
        wanted = (("MGET", *[self._entry(key) for key in keys]),) if keys else ()
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
        written: tuple[Any, ...] = ("SET", self._entry(key), data, "PX", _milliseconds(seconds))
        told = (self._change([f"k{key}"]),) if announce else ()
        answers = self.wire.talk(written, ("DEL", self._lock(key)), *told)
        return int(answers[2]) if announce else 0

    def copy_up(self, entries: dict[str, tuple[bytes, float]]) -> None:
        """Write entries that the level below had, where there are none meanwhile."""
        self.wire.talk(
            *[
                ("SET", self._entry(key), data, "PX", _milliseconds(seconds), "NX")
                for key, (data, seconds) in entries.items()
            ]
        )

    def remove(self, keys: Sequence[str]) -> None:
        """Forget entries."""
        self.wire.talk(("UNLINK", *[self._entry(key) for key in keys]))

    def raise_to(self, tags: Sequence[tuple[str, int]], keys: Sequence[str]) -> None:
        """Take over changes that Redis did not hear of."""
        raised = [("ZADD", self._tags, "GT", version, tag) for tag, version in tags]
        removed = [("UNLINK", *[self._entry(key) for key in keys])] if keys else []
        if raised or removed:
            self.wire.talk(*raised, *removed)

    def acquire(self, key: str, token: str) -> tuple[str | None, bytes | None]:
        """Try to be the one who computes a key; the holder's token (None: it is us) and the entry."""
        lease = _milliseconds(self._limits.lease)
        lock = ("SET", self._lock(key), token, "NX", "GET", "PX", lease)
        holder, entry = self.wire.talk(lock, ("GET", self._entry(key)))
        return (holder.decode() if holder else None), entry

    def fill(self, key: str, token: str, data: bytes, *, seconds: float) -> bool:
        """Write what was computed, give the lock back and let those who wait through.

        Without data the lock is given back alone. False if the lock was no longer ours.
        """
        places = (self._entry(key), self._lock(key), self._latch(token))
        return bool(self.wire.talk(("EVAL", FILL, 3, *places, token, data, _milliseconds(seconds)))[0])

    def renew(self, key: str, token: str) -> None:
        """Hold the lock for another lease."""
        self.wire.talk(("EVAL", RENEW, 1, self._lock(key), token, _milliseconds(self._limits.lease)))

    def wait(self, token: str, *, seconds: float) -> None:
        """Return when the holder of that token is ready, or after that time."""
        latch = self._latch(token)
        self.wire.wait(("BLMOVE", latch, latch, "LEFT", "LEFT", seconds), seconds=seconds)

    def clear(self) -> None:
        """Remove everything."""
        cursor = b"0"
        while True:
            cursor, found = self.wire.talk(("SCAN", cursor, "MATCH", f"{self._space}e:*", "COUNT", 1000))[0]
            if found:
                self.wire.talk(("UNLINK", *found))
            if cursor == b"0":
                break
        # A life that begins anew makes all processes forget what they have.
        self.wire.talk(("DEL", self._born), self._change(["c"]))

    def size(self) -> tuple[int, int]:
        """Entries, and the bytes that Redis uses for all that it holds."""
        found = self.wire.talk(("DBSIZE",), ("INFO", "memory"))
        lines = dict(line.split(":", 1) for line in found[1].decode().splitlines() if ":" in line)
        return int(found[0]), int(lines["used_memory"])

    def tell(self, process: str, told: bytes) -> None:
        """Leave the counters of this process where others find them."""
        self.wire.talk(("HSET", f"{self._space}told", process, told))

    def told(self) -> dict[str, bytes]:
        """The counters of all processes."""
        flat = self.wire.talk(("HGETALL", f"{self._space}told"))[0]
        return {name.decode(): told for name, told in zip(flat[::2], flat[1::2], strict=True)}

    def untell(self, processes: Sequence[str]) -> None:
        """Forget the counters of processes that are gone."""
        self.wire.talk(("HDEL", f"{self._space}told", *processes))

    def _change(self, names: Iterable[str]) -> tuple[Any, ...]:
        places = (self._clock, self._born, self._tags, self._keys, self.channel)
        new_life = os.urandom(8).hex()
        return ("EVAL", TICK + CHANGE, 5, *places, new_life, self.me, int(self._limits.longest), *names)

    def _ask(self, since: int) -> tuple[tuple[Any, ...], ...]:
        return (
            ("GET", self._born),
            ("GET", self._clock),
            ("ZRANGEBYSCORE", self._tags, f"({since}", "+inf", "WITHSCORES"),
            ("ZRANGEBYSCORE", self._keys, f"({since}", "+inf", "WITHSCORES"),
        )

    def _changes(self, told: list[Any]) -> Changes:
        born, clock, tags, keys = told
        life = born + self.wire.life.encode() if born else b""
        return Changes(life, int(clock or 0), _scored(tags), _scored(keys))

    def _entry(self, key: str) -> str:
        # What a server kept from before it was started anew may miss the last changes.
        return f"{self._space}e:{self.wire.life}:{key}"

    def _lock(self, key: str) -> str:
        return f"{self._space}l:{key}"

    def _latch(self, token: str) -> str:
        return f"{self._space}d:{token}"


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _scored(told: list[bytes]) -> list[tuple[str, int]]:
    return [(name.decode(), int(float(at))) for name, at in zip(told[::2], told[1::2], strict=True)]

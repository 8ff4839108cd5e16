"""The names of what a cache keeps in Redis, and the locks of those who compute."""

from heliograph.kit.cache.wire import Wire

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


class Names:
    """The names under one namespace."""

    def __init__(self, namespace: str, wire: Wire) -> None:
        self._space, self._wire = namespace, wire
        self.clock, self.born, self.tags, self.keys, self.told, self.channel, self.all_of_keys = (
            f"{namespace}:{name}" for name in ("clock", "born", "tags", "keys", "told", "changes", "[el]:*")
        )

    def entry(self, key: str) -> str:
        """Of an entry. What a server kept from before it was started anew may miss the last changes."""
        return f"{self._space}:e:{self._wire.life}:{key}"

    def lock(self, key: str) -> str:
        """Of the lock of who computes a key."""
        return f"{self._space}:l:{key}"

    def latch(self, token: str) -> str:
        """Of what lets those through who wait for the holder of a token."""
        return f"{self._space}:d:{token}"


class RedisLocks:
    """Of all who want a key one computes it. All methods raise LevelDown where Redis does not answer."""

    def __init__(self, wire: Wire, names: Names, *, lease: float) -> None:
        self._wire, self._names, self._lease = wire, names, milliseconds(lease)

    def acquire(self, key: str, token: str) -> tuple[str | None, bytes | None]:
        """Try to be the one who computes a key; the holder's token (None: it is us) and the entry."""
        lock = ("SET", self._names.lock(key), token, "NX", "GET", "PX", self._lease)
        holder, entry = self._wire.talk(lock, ("GET", self._names.entry(key)))
        return (holder.decode() if holder else None), entry

    def fill(self, key: str, token: str, data: bytes, *, seconds: float) -> bool:
        """Write what was computed, give the lock back and let those who wait through.

        Without data the lock is given back alone. False if the lock was no longer ours.
        """
        places = (self._names.entry(key), self._names.lock(key), self._names.latch(token))
        return bool(self._wire.talk(("EVAL", FILL, 3, *places, token, data, milliseconds(seconds)))[0])

    def renew(self, key: str, token: str) -> None:
        """Hold the lock for another lease."""
        self._wire.talk(("EVAL", RENEW, 1, self._names.lock(key), token, self._lease))

    def wait(self, token: str, *, seconds: float) -> None:
        """Return when the holder of that token is ready, or after that time."""
        latch = self._names.latch(token)
        self._wire.wait(("BLMOVE", latch, latch, "LEFT", "LEFT", seconds), seconds=seconds)


def milliseconds(seconds: float) -> int:
    """As Redis wants lifetimes: whole, and more than none."""
    return max(1, int(seconds * 1000))

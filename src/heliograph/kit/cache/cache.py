"""Three levels behind one small door."""

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from heliograph.kit.cache.changes import Knowledge
from heliograph.kit.cache.clocks import CLOCKS, Clocks
from heliograph.kit.cache.computing import Computing, failure
from heliograph.kit.cache.flight import Flights
from heliograph.kit.cache.gathering import Gathering
from heliograph.kit.cache.limits import Limits
from heliograph.kit.cache.memory import Memory
from heliograph.kit.cache.parts import Parts
from heliograph.kit.cache.postgres_level import PostgresLevel
from heliograph.kit.cache.reading import Found, Looking
from heliograph.kit.cache.redis_level import RedisLevel
from heliograph.kit.cache.refreshing import Refreshing
from heliograph.kit.cache.rule import LEVELS, Make, Rule
from heliograph.kit.cache.telling import Telling
from heliograph.kit.cache.told import Counters, together
from heliograph.kit.cache.upkeep import Upkeep
from heliograph.kit.cache.writing import Writing

LIMITS = Limits()


class Cache:
    """Memory of this process, Redis, and a table of PostgreSQL; any of them may be missing or go away.

    Keys are words with colons between them; what stands before the first is the prefix that is counted. What
    comes out is shared by all who ask: it is to be read, not changed.
    """

    def __init__(
        self,
        l1: int | None = None,
        l2: str | None = None,
        l3: str | None = None,
        *,
        limits: Limits = LIMITS,
        namespace: str = "heliograph",
        clocks: Clocks = CLOCKS,
    ) -> None:
        """`l1`: bytes of memory, 0 for none. `l2`, `l3`: the URLs of Redis and of the database."""
        self._asked = (l1, l2, l3, limits, namespace, clocks)
        # Called at the end of each thread that refreshes, which may have opened connections of its own.
        self.after_refresh: list[Callable[[], None]] = []
        self.warmers: dict[str, Callable[[], int]] = {}
        self._build()

    def _build(self) -> None:
        l1, l2, l3, limits, namespace, clocks = self._asked
        memory = Memory(limits.memory_bytes if l1 is None else l1)
        self.parts = parts = Parts(
            memory,
            RedisLevel(l2, limits=limits, namespace=namespace) if l2 else None,
            PostgresLevel(l3, limits=limits) if l3 else None,
            Knowledge(memory, trust=limits.trust),
            limits,
            clocks,
            random.Random(),
        )
        # The way of a hit is short: see `get`.
        self._lock, self._entries, self._latency = memory.lock, memory.entries, memory.latency
        self._knowledge, self._steady = parts.knowledge, clocks.steady
        self._is_off = parts.is_alone and l1 == 0
        if parts.is_alone:
            parts.knowledge.trusted_until = float("inf")
        self._writing = Writing(parts)
        self._computing = Computing(parts, self._writing)
        self._telling = Telling(parts)
        self._upkeep = Upkeep(parts, self._computing, self._telling)
        parts.on_kept = self._upkeep.begin
        self._flights: Flights[Found] = Flights()
        self._refreshing = Refreshing(self._computing, self.after_refresh)
        self._soon = Gathering(self._writing)

    def get(self, key: str, default: Any = None, *, kind: Any = Any) -> Any:
        """The value of a key, or `default` where no level has a fresh one."""
        begin = self._steady()
        with self._lock:
            try:
                entry = self._entries[key]
            except KeyError:
                entry = None
            if (
                entry is not None
                and begin < entry.until
                and begin < self._knowledge.trusted_until
                and not entry.is_failure
            ):
                tally = entry.tally
                tally.hits = count = tally.hits + 1
                tally.hits_bytes += entry.size
                # Timing each would take as long as the hit.
                if not count & 63:
                    self._latency.add(self._steady() - begin)
                return entry.value
        return self.get_many([key], kind=kind).get(key, default)

    def get_many(
        self, keys: Sequence[str], *, kind: Any = Any, levels: Sequence[int] = LEVELS
    ) -> dict[str, Any]:
        """The values of those keys that any of the levels has, in one trip for each."""
        if self._is_off:
            return {}
        wanted = list(dict.fromkeys(keys))
        found = Looking(self.parts, kind=kind, levels=levels).search(wanted)
        fresh = {key: it.value for key, it in found.items() if it.is_fresh and not it.is_failure}
        for key in wanted:
            if key not in fresh:
                self.parts.tally.prefix(key).misses += 1
        return fresh

    def set(
        self,
        key: str,
        value: Any,
        *,
        ttl: float,
        tags: Sequence[str] = (),
        levels: Sequence[int] = LEVELS,
    ) -> None:
        """Keep a value for at most `ttl` seconds, and make all processes forget the one they had."""
        if not self._is_off:
            self._writing.set(key, value, ttl=ttl, tags=tags, levels=levels)

    def invalidate(self, *tags: str) -> None:
        """Outdate all that carries one of the tags, in all levels of all processes.

        To be called when the change can be seen by others, that is after the commit.
        """
        self._writing.invalidate(tags)

    def invalidate_soon(self, *tags: str) -> None:
        """The same within moments, with what else is invalidated meanwhile; the caller does not wait.

        Should the process die before, entries stay until their lifetime ends.
        """
        if self.parts.is_alone:
            self._writing.invalidate(tags)
        else:
            self._soon.add(tags)

    def forget(self, *keys: str) -> None:
        """Remove keys from all levels of all processes."""
        self._writing.forget(keys)

    def clear(self) -> None:
        """Remove everything from all levels of all processes."""
        self._writing.clear()

    def through(self, key: str, make: Make, rule: Rule) -> Any:
        """The value of a key, computed by `make` where no level has it, once among all who ask."""
        parts, now = self.parts, self._steady()
        if self._is_off:
            return make()
        if 1 in rule.levels:
            with self._lock:
                entry = self._entries.get(key)
                if entry is not None and now < entry.until and now < self._knowledge.trusted_until:
                    entry.tally.hits += 1
                    entry.tally.hits_bytes += entry.size
                    if not entry.is_failure:
                        return entry.value
        # Where Redis answers, the table is asked by one of those who want the key: see `Computing`.
        redis = parts.redis
        near = (
            rule.levels if redis is None or redis.breaker.is_open else tuple(n for n in rule.levels if n < 3)
        )
        found = Looking(parts, kind=rule.kind, levels=near).search([key]).get(key)
        if found is None:
            parts.tally.prefix(key).misses += 1
            name = (key, parts.knowledge.now(rule.tags), parts.memory.changed_at(key))
            found = self._flights.join(name, lambda: self._computing.once(key, make, rule))
        elif not found.is_fresh:
            parts.tally.prefix(key).stale += 1
            self._refreshing.begin(key, make, rule)
        if found.is_failure:
            raise failure(found, rule)
        return found.value

    def warm(self, keys: Iterable[str] = ()) -> int:
        """Bring keys into memory and call what was registered in `warmers`; how many there are now."""
        return len(self.get_many(list(keys))) + sum(warmer() for warmer in self.warmers.values())

    def counters(self) -> Counters:
        """What this process counted so far."""
        return self._telling.now()

    def sum_of_counters(self) -> Counters:
        """The counters of all living processes together."""
        return together(self._telling.all().values(), at=self.parts.clocks.wall())

    def close(self) -> None:
        """End the threads and close the connections."""
        self._upkeep.stop()
        self._soon.flush()
        self._telling.withdraw()
        if self.parts.table is not None:
            self.parts.table.link.close()

    def abandon(self) -> None:
        """Begin anew in a forked child: threads, locks and connections are the parent's."""
        for level in (self.parts.redis, self.parts.table):
            if level is not None:
                level.forget()
        self._build()

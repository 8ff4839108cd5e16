"""The threads of a cache: one hears of changes, one looks after levels and counters, one renews locks."""

import logging
import threading
import weakref
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError

from heliograph.kit.cache.computing import Computing
from heliograph.kit.cache.errors import LevelDown
from heliograph.kit.cache.parts import Parts
from heliograph.kit.cache.postgres_level import PostgresLevel
from heliograph.kit.cache.telling import Telling
from heliograph.kit.cache.wire import exchange

log = logging.getLogger(__name__)
# Dead rows are removed so often (seconds).
PRUNE_EVERY = 60.0
# A process that lives shorter, and needs no row, opens no connection to the database.
YOUNG = 5.0


class Upkeep:
    """Starts its threads at the first `begin`; they end with the process, or soon after `stop`."""

    def __init__(self, parts: Parts, computing: Computing, telling: Telling) -> None:
        self._parts, self._computing, self._telling = parts, computing, telling
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.is_running = False
        self._due: dict[str, float] = {}
        self._born = parts.clocks.steady()
        computing.on_hold = self.begin

    def begin(self) -> None:
        """Start the threads, unless they run."""
        if self.is_running:
            return
        with self._lock:
            if self.is_running or self._parts.is_alone or self._stopped.is_set():
                return
            self.is_running = True
        me = weakref.ref(self)
        for work in (_listen, _tick, _renew):
            threading.Thread(
                target=work, args=(me, self._stopped), daemon=True, name=f"cache{work.__name__}"
            ).start()

    def stop(self) -> None:
        """End the threads."""
        self._stopped.set()

    def tick(self) -> None:
        """What is due now."""
        parts = self._parts
        self._mend()
        parts.listen_in()
        if self._is_due("tell", parts.limits.tell_every):
            self._telling.tell()
        is_young = parts.clocks.steady() < self._born + YOUNG
        if parts.table is not None and (parts.table.link.is_used or not is_young):
            self._look_after(parts.table)

    def heard(self, message: bytes) -> None:
        """Take in a message of another process: who, version, what."""
        sender, version, name = message.decode().split(" ", 2)
        parts = self._parts
        if parts.redis is None or sender == parts.redis.me:
            return
        if name[0] == "t":
            parts.knowledge.raise_tag(name[1:], int(version))
        elif name[0] == "k":
            parts.memory.changed(name[1:], at=parts.clocks.steady(), version=int(version))
        else:
            parts.memory.clear(at=parts.clocks.steady())

    def subscribe(self) -> Any:
        """A connection on which changes come; None where Redis does not answer."""
        redis = self._parts.redis
        if redis is None or redis.breaker.is_open:
            return None
        connection = redis.wire.open(answer=self._parts.limits.poll)
        try:
            exchange(connection, (("SUBSCRIBE", redis.names.channel),))
        except (RedisError, OSError):
            return None
        # What changed before it was listened to.
        self._parts.listen_in()
        return connection

    def renew(self) -> None:
        """Hold the locks of this process for another lease."""
        self._computing.renew()

    def pause(self) -> float:
        """Seconds between two ticks."""
        return self._parts.limits.poll

    def _look_after(self, table: PostgresLevel) -> None:
        """Hear also of those who cannot reach Redis though we can."""
        parts, asked_at = self._parts, self._parts.clocks.steady()
        try:
            changes = table.changes(parts.knowledge.since(3))
            parts.knowledge.learn(changes, level=3, asked_at=asked_at, is_all=parts.redis is None)
            if self._is_due("prune", PRUNE_EVERY):
                table.prune(now=parts.clocks.wall())
        except LevelDown:
            parts.down(3)

    def _mend(self) -> None:
        """Try levels that did not answer, and tell them what they missed before anyone reads them."""
        parts = self._parts
        for level, mend in ((parts.redis, self._mend_redis), (parts.table, self._mend_table)):
            if level is not None and level.breaker.may_probe():
                try:
                    with level.probing():
                        mend(set(parts.missed[level.number]))
                except LevelDown:
                    level.breaker.trip()

    def _mend_redis(self, missed: set[str]) -> None:
        parts = self._parts
        assert parts.redis is not None
        keys = [name[1:] for name in missed if name[0] == "k"]
        tags = [(tag, version) for tag, version in parts.knowledge.versions.items() if version]
        if parts.table is not None:
            try:
                # What other processes changed meanwhile stands in the table.
                changes = parts.table.changes(int((parts.clocks.wall() - 120) * 1e6))
            except LevelDown:
                parts.down(3)
            else:
                keys += [key for key, _ in changes.keys]
                tags += changes.tags
        parts.redis.raise_to(tags, keys)
        if missed:
            parts.redis.change(sorted(missed))
        self._told(2, missed)

    def _mend_table(self, missed: set[str]) -> None:
        parts = self._parts
        assert parts.table is not None
        parts.table.remove([name[1:] for name in missed if name[0] == "k"])
        if missed:
            parts.table.change(sorted(missed), version=0)
        self._told(3, missed)

    def _told(self, level: int, names: set[str]) -> None:
        with self._parts.lock:
            self._parts.missed[level] -= names

    def _is_due(self, what: str, every: float) -> bool:
        now = self._parts.clocks.steady()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every
        return True


def _renew(upkeep: "Callable[[], Upkeep | None]", stopped: threading.Event) -> None:
    # Apart from the other upkeep: a database that is slow to answer must not cost a lock in Redis.
    while not stopped.wait(0.3) and (one := upkeep()) is not None:
        one.renew()
        del one


def _tick(upkeep: "Callable[[], Upkeep | None]", stopped: threading.Event) -> None:
    # Who asks for the first time learns what changed by itself.
    while not stopped.wait(_pause_of(upkeep)) and (one := upkeep()) is not None:
        try:
            one.tick()
        except Exception:
            log.exception("The upkeep of the cache failed.")
        # Not held while it waits, so that a cache that nobody uses any more can go.
        del one


def _pause_of(upkeep: "Callable[[], Upkeep | None]") -> float:
    one = upkeep()
    return one.pause() if one is not None else 0.0


def _listen(upkeep: "Callable[[], Upkeep | None]", stopped: threading.Event) -> None:
    connection: Any = None
    while (one := upkeep()) is not None and not stopped.is_set():
        try:
            connection = connection or one.subscribe()
            if connection is None:
                stopped.wait(one.pause())
            elif connection.can_read(timeout=one.pause()):
                one.heard(connection.read_response()[2])
        except (RedisError, OSError):
            connection = None
        del one
    if connection is not None:
        connection.disconnect()

"""What a cache is put together from."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from heliograph.kit.cache.changes import Knowledge
from heliograph.kit.cache.clocks import Clocks
from heliograph.kit.cache.counters import Tally
from heliograph.kit.cache.errors import LevelDown
from heliograph.kit.cache.limits import Limits
from heliograph.kit.cache.memory import Memory
from heliograph.kit.cache.postgres_level import PostgresLevel
from heliograph.kit.cache.redis_level import RedisLevel


@dataclass(slots=True)
class Parts:
    """The levels and what is known of them.

    `missed`: changes, by the level that could not be told of them, `t..` for tags and `k..` for keys.
    """

    memory: Memory
    redis: RedisLevel | None
    table: PostgresLevel | None
    knowledge: Knowledge
    limits: Limits
    clocks: Clocks
    chance: random.Random
    tally: Tally = field(default_factory=Tally)
    missed: dict[int, set[str]] = field(default_factory=lambda: {2: set(), 3: set()})
    lock: threading.Lock = field(default_factory=threading.Lock)
    # Called when memory has something that others may change, or a level waits to be told.
    on_kept: Callable[[], None] = lambda: None

    def down(self, level: int) -> None:
        """Count that a level did not answer."""
        with self.tally.level(level) as counts:
            counts.errors += 1
        self.on_kept()

    def miss(self, level: int, names: set[str]) -> None:
        """Note changes that a level must be told of when it is back."""
        with self.lock:
            self.missed[level] |= names
        self.on_kept()

    @property
    def is_alone(self) -> bool:
        """True where no other process can know of this cache."""
        return self.redis is None and self.table is None

    def hear(self) -> None:
        """Learn what changed, unless that was done moments ago.

        Where neither level answers nothing is known, and memory is not read.
        """
        now = self.clocks.steady()
        if now >= self.knowledge.trusted_until:
            self.listen_in()

    def listen_in(self) -> None:
        """Learn what changed from Redis, or where that is down from the table."""
        asked_at = self.clocks.steady()
        levels = [level for level in (self.redis, self.table) if level is not None]
        for level in levels:
            try:
                changes = level.changes(self.knowledge.since(level.number))
            except LevelDown:
                self.down(level.number)
            else:
                self.knowledge.learn(changes, level=level.number, asked_at=asked_at)
                return

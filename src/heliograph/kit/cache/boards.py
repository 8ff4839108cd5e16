"""Where processes leave their counters for each other: in Redis, or in the table."""

from collections.abc import Sequence

from heliograph.kit.cache.postgres_level import PostgresLevel
from heliograph.kit.cache.redis_level import RedisLevel


class RedisBoard:
    """One hash, with a field for each process."""

    def __init__(self, level: RedisLevel) -> None:
        self._redis, self.breaker, self.number = level, level.breaker, level.number

    def tell(self, process: str, told: bytes) -> None:
        """Leave the counters of this process where others find them."""
        self._redis.wire.talk(("HSET", self._redis.names.told, process, told))

    def told(self) -> dict[str, bytes]:
        """The counters of all processes."""
        flat = self._redis.wire.talk(("HGETALL", self._redis.names.told))[0]
        return {name.decode(): told for name, told in zip(flat[::2], flat[1::2], strict=True)}

    def untell(self, processes: Sequence[str]) -> None:
        """Forget the counters of processes that are gone."""
        self._redis.wire.talk(("HDEL", self._redis.names.told, *processes))


class TableBoard:
    """One row for each process."""

    def __init__(self, level: PostgresLevel) -> None:
        self._table, self.breaker, self.number = level, level.breaker, level.number

    def tell(self, process: str, told: bytes) -> None:
        """Leave the counters of this process where others find them."""
        statement = (
            "INSERT INTO cache_process VALUES (%s, %s)"
            " ON CONFLICT (process) DO UPDATE SET told = excluded.told"
        )
        self._table.link.run(lambda link: link.execute(statement, [process, told]))

    def told(self) -> dict[str, bytes]:
        """The counters of all processes."""
        rows = self._table.link.run(
            lambda link: link.execute("SELECT process, told FROM cache_process").fetchall()
        )
        return {process: bytes(told) for process, told in rows}

    def untell(self, processes: Sequence[str]) -> None:
        """Forget the counters of processes that are gone."""
        statement = "DELETE FROM cache_process WHERE process = ANY(%s)"
        self._table.link.run(lambda link: link.execute(statement, [list(processes)]))

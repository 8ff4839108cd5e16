"""The third level: entries in an unlogged table, which the cache makes itself.

PostgreSQL empties such a table after a crash and writes no log for it: that is what a cache needs.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from heliograph.kit.cache.breaker import Breaker
from heliograph.kit.cache.changes import Changes
from heliograph.kit.cache.errors import LevelDown
from heliograph.kit.cache.limits import Limits

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg_pool import ConnectionPool

T = TypeVar("T")
# Of all makers of the tables one at a time: IF NOT EXISTS alone fails when two try at once.
MAKER = 4_811_377_042
MAKE = (
    f"SELECT pg_advisory_xact_lock({MAKER})",
    "CREATE UNLOGGED TABLE IF NOT EXISTS cache_entry (key text PRIMARY KEY, envelope bytea NOT NULL,"
    " tags text[] NOT NULL, dead_at double precision NOT NULL)",
    "CREATE UNLOGGED TABLE IF NOT EXISTS cache_change (name text PRIMARY KEY, version bigint NOT NULL)",
    "CREATE INDEX IF NOT EXISTS cache_change_version ON cache_change (version)",
    "CREATE UNLOGGED TABLE IF NOT EXISTS cache_process (process text PRIMARY KEY, told bytea NOT NULL)",
)
FETCH = """
SELECT key, envelope, ARRAY(SELECT name || ' ' || version FROM cache_change WHERE name = ANY(tags))
FROM cache_entry WHERE key = ANY(%s)
"""
STORE = """
INSERT INTO cache_entry (key, envelope, tags, dead_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET
    envelope = excluded.envelope, tags = excluded.tags, dead_at = excluded.dead_at
"""
CHANGE = """
INSERT INTO cache_change
SELECT name, greatest(%(version)s::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
                      (SELECT coalesce(max(version), 0) + 1 FROM cache_change))
FROM (SELECT unnest(%(names)s::text[]) AS name ORDER BY 1) AS changed
ON CONFLICT (name) DO UPDATE SET version = greatest(cache_change.version, excluded.version)
RETURNING version
"""
CHANGED = "SELECT name, version FROM cache_change WHERE version > %s ORDER BY version"
# Beyond the size the rows that die first go first.
PRUNE = """
DELETE FROM cache_entry WHERE key IN (
    SELECT key FROM cache_entry ORDER BY dead_at
    LIMIT (SELECT CASE WHEN sum(octet_length(envelope)) > %(most)s THEN count(*) / 4 ELSE 0 END
           FROM cache_entry)
) OR dead_at < %(now)s
"""
FORGET = "DELETE FROM cache_change WHERE name LIKE 'k%%' AND version < %s"
OPTIONS = "-c synchronous_commit=off -c statement_timeout=5000"


class PostgresLevel:
    """Entries in PostgreSQL. All methods raise LevelDown where it does not answer."""

    number = 3

    def __init__(self, url: str, *, limits: Limits) -> None:
        self.breaker = Breaker()
        self._url, self._limits = url, limits
        self._pool: ConnectionPool[Connection[Any]] | None = None
        self._lock, self._own = threading.Lock(), threading.local()
        self._is_made = False

    @property
    def is_used(self) -> bool:
        """True once this process came down to this level."""
        return self._pool is not None

    def fetch(self, keys: Sequence[str]) -> dict[str, tuple[bytes, list[tuple[str, int]]]]:
        """The entries that there are, each with the present versions of its tags."""
        rows = self._run(lambda link: link.execute(FETCH, [list(keys)], binary=True).fetchall())
        return {key: (bytes(data), [_named(one) for one in changed]) for key, data, changed in rows}

    def store(self, key: str, data: bytes, *, tags: Sequence[str], dead_at: float) -> None:
        """Write an entry over what there is."""
        named = [f"t{tag}" for tag in tags]
        self._run(lambda link: link.execute(STORE, [key, data, named, dead_at]))

    def remove(self, keys: Sequence[str]) -> None:
        """Forget entries."""
        self._run(lambda link: link.execute("DELETE FROM cache_entry WHERE key = ANY(%s)", [list(keys)]))

    def change(self, names: Sequence[str], *, version: int) -> int:
        """Write changes down, `t..` for a tag, `k..` for a key; the new version, at least the one given."""
        asked = {"names": list(names), "version": version}
        return int(self._run(lambda link: link.execute(CHANGE, asked).fetchall())[-1][0])

    def changes(self, since: int) -> Changes:
        """What changed after a version."""
        rows = self._run(lambda link: link.execute(CHANGED, [since]).fetchall())
        tags = [(name[1:], version) for name, version in rows if name[0] == "t"]
        keys = [(name[1:], version) for name, version in rows if name[0] == "k"]
        return Changes(b"", rows[-1][1] if rows else since, tags, keys)

    def clear(self) -> None:
        """Remove everything."""
        self._run(lambda link: link.execute("TRUNCATE cache_entry"))

    def prune(self, *, now: float) -> None:
        """Remove what is dead, and a quarter where it grew too large."""
        asked = {"now": now, "most": self._limits.table_bytes}
        self._run(lambda link: link.execute(PRUNE, asked))
        self._run(lambda link: link.execute(FORGET, [int((now - 60) * 1_000_000)]))

    def size(self) -> tuple[int, int]:
        """Entries, and the bytes of the table."""
        question = "SELECT count(*), pg_total_relation_size('cache_entry') FROM cache_entry"
        rows = self._run(lambda link: link.execute(question).fetchall())
        return int(rows[0][0]), int(rows[0][1])

    def tell(self, process: str, told: bytes) -> None:
        """Leave the counters of this process where others find them."""
        statement = (
            "INSERT INTO cache_process VALUES (%s, %s)"
            " ON CONFLICT (process) DO UPDATE SET told = excluded.told"
        )
        self._run(lambda link: link.execute(statement, [process, told]))

    def told(self) -> dict[str, bytes]:
        """The counters of all processes."""
        rows = self._run(lambda link: link.execute("SELECT process, told FROM cache_process").fetchall())
        return {process: bytes(told) for process, told in rows}

    def untell(self, processes: Sequence[str]) -> None:
        """Forget the counters of processes that are gone."""
        statement = "DELETE FROM cache_process WHERE process = ANY(%s)"
        self._run(lambda link: link.execute(statement, [list(processes)]))

    @contextmanager
    def probing(self) -> Iterator[None]:
        """This thread alone may ask though the breaker is open, which closes if nothing fails."""
        self._own.probes = True
        try:
            self._run(lambda link: link.execute("SELECT 1"))
            yield
            self.breaker.close()
        finally:
            self._own.probes = False

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Be the one who computes a key; the lock is the connection's, so it is free when its holder dies."""
        number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), signed=True)
        if self.breaker.is_open:
            raise LevelDown("PostgreSQL does not answer.")
        from psycopg import Error, connect

        patience = int(self._limits.patience * 1000)
        try:
            # A connection of its own: one may wait long for the lock, and the others are few.
            link = connect(
                self._url, autocommit=True, connect_timeout=2, options=f"-c statement_timeout={patience}"
            )
            link.execute("SELECT pg_advisory_lock(%s)", [number])
        except Error as fault:
            raise LevelDown(str(fault)) from fault
        try:
            yield
        finally:
            link.close()

    def forget(self) -> None:
        """Leave all connections to whoever had them: a forked child must not use its parent's."""
        if self._pool is not None:
            # Were it collected, it would close the parent's connections for it.
            INHERITED.append(self._pool)
        self._pool, self._lock, self._is_made = None, threading.Lock(), False

    def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _opened(self) -> ConnectionPool[Connection[Any]]:
        # Imported here: who never comes down to this level need not wait for it.
        from psycopg_pool import ConnectionPool

        with self._lock:
            if self._pool is None:
                # That it does not answer is counted and told by the breaker, not in a line for each try.
                logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
                self._pool = ConnectionPool(
                    self._url,
                    kwargs={"autocommit": True, "options": OPTIONS, "connect_timeout": 2},
                    min_size=0,
                    max_size=4,
                    num_workers=1,
                    timeout=1.0,
                    reconnect_timeout=1.0,
                    open=True,
                    name="cache",
                )
            return self._pool

    def _run(self, ask: Callable[[Connection[Any]], T]) -> T:
        if self.breaker.is_open and not getattr(self._own, "probes", False):
            raise LevelDown("PostgreSQL does not answer.")
        from psycopg import Error, OperationalError
        from psycopg.errors import UndefinedTable
        from psycopg_pool import PoolTimeout

        pool = self._opened()
        for last in (False, True):
            try:
                with pool.connection() as link:
                    self._make(link)
                    return ask(link)
            except UndefinedTable:
                self._is_made = False
            except OperationalError as fault:
                # The first failure may only mean that the server was started anew.
                if last or isinstance(fault, PoolTimeout):
                    self.breaker.trip()
                    raise LevelDown(str(fault)) from fault
                pool.check()
            except Error as fault:
                raise LevelDown(str(fault)) from fault
        raise LevelDown("The tables of the cache vanish.")

    def _make(self, link: Connection[Any]) -> None:
        if self._is_made:
            return
        if link.execute("SELECT to_regclass('cache_process')").fetchone() == (None,):
            with link.transaction():
                for statement in MAKE:
                    link.execute(statement)
        self._is_made = True


INHERITED: list[object] = []


def _named(told: str) -> tuple[str, int]:
    name, version = told.rsplit(" ", 1)
    return name[1:], int(version)

"""Connections to the database of the table, which is made where it is not there."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from heliograph.kit.cache.breaker import Breaker
from heliograph.kit.cache.errors import LevelDown

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
OPTIONS = "-c synchronous_commit=off -c statement_timeout=5000"
INHERITED: list[object] = []


class TableLink:
    """A few connections, opened when they are wanted."""

    def __init__(self, url: str, *, breaker: Breaker, patience: float) -> None:
        self.breaker = breaker
        self._url, self._patience = url, patience
        self._pool: ConnectionPool[Connection[Any]] | None = None
        self._lock, self._own = threading.Lock(), threading.local()
        self._is_made = False

    @property
    def is_used(self) -> bool:
        """True once this process came down to this level."""
        return self._pool is not None

    @contextmanager
    def probing(self) -> Iterator[None]:
        """This thread alone may ask though the breaker is open, which closes if nothing fails."""
        self._own.probes = True
        try:
            self.run(lambda link: link.execute("SELECT 1"))
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

        patience = int(self._patience * 1000)
        try:
            # A connection of its own: one may wait long for the lock, and the others are few.
            link = connect(
                self._url, autocommit=True, connect_timeout=2, options=f"-c statement_timeout={patience}"
            )
        except Error as fault:
            raise LevelDown(str(fault)) from fault
        with closing(link):
            try:
                link.execute("SELECT pg_advisory_lock(%s)", [number])
            except Error as fault:
                raise LevelDown(str(fault)) from fault
            yield

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

    def run(self, ask: Callable[[Connection[Any]], T]) -> T:
        """What a question on a connection gives; LevelDown where there is no answer."""
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

"""Who holds the locks that a session waits for, seen from another session while it waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.conninfo import make_conninfo

EVERY_SECONDS = 0.2
HOLDERS = """
SELECT pid, usename, coalesce(nullif(application_name, ''), 'a program without a name'),
       coalesce(state, 'busy'), coalesce(extract(epoch FROM clock_timestamp() - xact_start), 0)::int
FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids(%s)) ORDER BY pid
"""


class Holders:
    """Looks all the while whom a session waits for; `told` is the newest answer, a part of a sentence."""

    def __init__(self, own: "psycopg.Connection[tuple[object, ...]]", pid: int) -> None:
        self._own, self._pid = own, pid
        self._over = Event()
        self._thread = Thread(target=self._look, daemon=True, name="lock holders")
        self.told = ""

    def _look(self) -> None:
        try:
            while not self._over.wait(EVERY_SECONDS):
                rows = self._own.execute(HOLDERS, [self._pid]).fetchall()
                if rows:
                    self.told = ", ".join(_words(*row) for row in rows)
        except psycopg.Error:
            # Who holds a lock is worth knowing, not worth failing for.
            return

    def begin(self) -> None:
        """Look from now on."""
        self._thread.start()

    def end(self) -> None:
        """Look no longer."""
        self._over.set()
        self._thread.join()


def _words(pid: object, user: object, program: object, state: object, seconds: object) -> str:
    return f"session {pid} of {user} ({program}, {state}, in its transaction for {seconds} s)"


@contextmanager
def watching(connection: BaseDatabaseWrapper) -> Iterator[Holders]:
    """Look whom the session of that connection waits for, for a block."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    with psycopg.connect(_how(connection), autocommit=True) as own:
        holders = Holders(own, pid)
        holders.begin()
        try:
            yield holders
        finally:
            holders.end()


def _how(connection: BaseDatabaseWrapper) -> str:
    given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return make_conninfo(
        **{name: value for name, value in given.items() if name in names or name.startswith("ssl")}
    )

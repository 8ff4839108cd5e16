"""Leading by an advisory lock of PostgreSQL, fenced by an epoch in a row."""

import os
import socket
import zlib

import psycopg

TAKE = """
    INSERT INTO workers_lease (name, epoch, holder, taken_at) VALUES (%(name)s, 1, %(holder)s, now())
    ON CONFLICT (name) DO UPDATE
    SET epoch = workers_lease.epoch + 1, holder = excluded.holder, taken_at = excluded.taken_at
    RETURNING epoch
"""


class HeldLease:
    """A post held by a session of its own: the database gives it back when the session ends, however it ends.

    A holder that was paused may wake up after its session was ended and another took over; `still_held` asks
    the database, which knows by the epoch.
    """

    def __init__(self, session: "psycopg.Connection[tuple[int]]", name: str, epoch: int) -> None:
        self._session = session
        self.name = name
        self.epoch = epoch

    @classmethod
    def attempt(cls, database_url: str, *, name: str) -> "HeldLease | None":
        """Take the post if it is free; None if it is not."""
        session = psycopg.connect(database_url, autocommit=True)
        key = zlib.crc32(name.encode())
        row = session.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
        if not row or not row[0]:
            session.close()
            return None
        holder = f"{socket.gethostname()} {os.getpid()}"
        raised = session.execute(TAKE, {"name": name, "holder": holder}).fetchone()
        assert raised
        return cls(session, name, raised[0])

    def still_held(self) -> bool:
        """True while no other has taken the post and the session lives."""
        try:
            row = self._session.execute(
                "SELECT 1 FROM workers_lease WHERE name = %s AND epoch = %s", [self.name, self.epoch]
            ).fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None

    def release(self) -> None:
        """Give the post back."""
        self._session.close()

"""Leading by an advisory lock of PostgreSQL, fenced by an epoch in a row."""

import os
import socket
import zlib
from collections.abc import Sequence
from datetime import datetime

import psycopg

from heliograph.fleet.vouch import TELL_THE_LOST

TAKE = """
    INSERT INTO workers_lease (name, epoch, holder, taken_at) VALUES (%(name)s, 1, %(holder)s, now())
    ON CONFLICT (name) DO UPDATE
    SET epoch = workers_lease.epoch + 1, holder = excluded.holder, taken_at = excluded.taken_at
    RETURNING epoch
"""
# The epoch is looked at in the statement that writes: a leader that was paused since its last look writes
# nothing. A slot that was rung stays rung, whoever led then.
CLAIM = """
    INSERT INTO fleet_ring (name, due_at, epoch, rung_at)
    SELECT slot.name, slot.due_at, lease.epoch, %(at)s
    FROM unnest(%(names)s::text[], %(due)s::timestamptz[]) AS slot(name, due_at),
         (SELECT epoch FROM workers_lease WHERE name = %(lease)s AND epoch = %(epoch)s FOR SHARE) AS lease
    ON CONFLICT (name, due_at) DO NOTHING
    RETURNING name
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
    def attempt(cls, database_url: str, *, name: str, wait_ms: int = 0) -> "HeldLease | None":
        """Take the post if it is free, or becomes so within that time; None if not."""
        session = psycopg.connect(database_url, autocommit=True)
        try:
            session.execute(TELL_THE_LOST)
            if _locked(session, zlib.crc32(name.encode()), wait_ms=wait_ms):
                holder = f"{socket.gethostname()} {os.getpid()}"
                raised = session.execute(TAKE, {"name": name, "holder": holder}).fetchone()
                assert raised
                return cls(session, name, raised[0])
        except BaseException:
            session.close()
            raise
        session.close()
        return None

    def still_held(self) -> bool:
        """True while no other has taken the post and the session lives."""
        try:
            row = self._session.execute(
                "SELECT 1 FROM workers_lease WHERE name = %s AND epoch = %s", [self.name, self.epoch]
            ).fetchone()
        except psycopg.OperationalError:
            return False
        return row is not None

    def claim(self, slots: Sequence[tuple[str, datetime]], *, at: datetime) -> set[str]:
        """Note that these slots are rung; the names of those that nobody had rung. Empty if another leads."""
        values = {
            "names": [name for name, _ in slots],
            "due": [due for _, due in slots],
            "lease": self.name,
            "epoch": self.epoch,
            "at": at,
        }
        return {name for (name,) in self._session.execute(CLAIM, values).fetchall()}

    def release(self) -> None:
        """Give the post back."""
        self._session.close()


def _locked(session: "psycopg.Connection[tuple[int]]", key: int, *, wait_ms: int) -> bool:
    row = session.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
    if (row and row[0]) or not wait_ms:
        return bool(row and row[0])
    # The one who waits in line gets it within milliseconds.
    session.execute("SELECT set_config('lock_timeout', %s, false)", [str(wait_ms)])
    try:
        session.execute("SELECT pg_advisory_lock(%s)", [key])
    except psycopg.errors.LockNotAvailable:
        return False
    return True

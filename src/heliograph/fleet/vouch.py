"""A process vouches that it lives: it holds a lock that the database gives back however the process ends.

A node has a number, and each process of it one too. Together they are the two keys of an advisory lock, held
by a session of the process's own. The main process of a node holds (node, 0).
"""

import logging
import os
import secrets

import psycopg

from heliograph.kit.direct import direct

# A machine that vanishes from the network is missed after some 15 seconds, not after two hours.
TELL_THE_LOST = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2"
LARGEST = 2**31 - 1
log = logging.getLogger(__name__)


class Voucher:
    """The lock of one process, taken anew should its session have ended."""

    def __init__(self, node: int, process: int) -> None:
        self.number = node << 32 | process
        self._keys = (node, process)
        self._session: psycopg.Connection[tuple[object, ...]] | None = None
        self._owner = os.getpid()

    def hold(self) -> int:
        """See that the lock is held; returns the number by which others can ask for it."""
        session = self._session
        try:
            if session is None or session.closed:
                self._session = self._take()
            else:
                session.execute("SELECT 1")
        except psycopg.OperationalError:
            self._session = self._take()
        return self.number

    def let_go(self) -> None:
        """Give the lock back; in a forked child only forget it, as it is the parent's."""
        if self._session is not None and self._owner == os.getpid():
            self._session.close()
        elif self._session is not None and not self._session.closed:
            # Else the lock would live as long as this child.
            os.close(self._session.fileno())
        self._session = None

    def _take(self) -> "psycopg.Connection[tuple[object, ...]]":
        database = direct()
        # The plain driver: Django's wrapper would be closed with each request.
        session: psycopg.Connection[tuple[object, ...]] = psycopg.connect(**database.get_connection_params())
        session.autocommit = True
        session.execute(TELL_THE_LOST)
        session.execute("SELECT pg_advisory_lock_shared(%s, %s)", self._keys)
        return session


class Identity:
    """Which node this process belongs to, and its voucher."""

    def __init__(self) -> None:
        self.node = ""
        self._node_number = _any_number()
        self._voucher: Voucher | None = None

    def stand_as_node(self, name: str) -> None:
        """This is the main process of a node of that name."""
        self.node, self._node_number = name, _any_number()
        self._replace(Voucher(self._node_number, 0))

    def begin_as_child(self) -> None:
        """This process was forked from the node's main one."""
        self._replace(Voucher(self._node_number, _any_number()))

    def vouch(self) -> int:
        """The number of this process, whose lock is held from now on."""
        if self._voucher is None:
            self._voucher = Voucher(self._node_number, _any_number())
        return self._voucher.hold()

    @property
    def number(self) -> int:
        """The same without a look at the lock, for who has just vouched."""
        return self._voucher.number if self._voucher else self.vouch()

    def end(self) -> None:
        """Vouch no longer."""
        if self._voucher:
            self._voucher.let_go()
        self._voucher = None

    def _replace(self, voucher: Voucher) -> None:
        self.end()
        self._voucher = voucher


def _any_number() -> int:
    """From the kernel: forked processes would draw the same numbers from a generator of their own."""
    return 1 + secrets.randbelow(LARGEST)


HERE = Identity()

"""Talking to Redis: a connection for each thread, answers in one trip, and no waiting for the dead."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry
from redis.sentinel import SentinelManagedConnection

from heliograph.kit.cache.breaker import Breaker
from heliograph.kit.cache.errors import LevelDown
from heliograph.kit.redis_url import redis_pool

Command = tuple[Any, ...]


class Restarted(LevelDown):
    """Redis was started anew, so the question named entries of an earlier life."""


class Wire:
    """Sends commands and reads their answers; LevelDown at once while the breaker is open."""

    def __init__(self, url: str, *, answer: float, breaker: Breaker) -> None:
        self.breaker = breaker
        self._answer = answer
        # The pool makes connections and keeps none: taking one out costs as much as a read. Nor does it hear
        # of their end: its usual bound of a hundred would be one on all that a process ever makes.
        self._maker: redis.ConnectionPool = redis_pool(
            url,
            max_connections=sys.maxsize,
            protocol=2,
            socket_connect_timeout=answer,
            socket_timeout=answer,
            retry=Retry(NoBackoff(), 0),
        )
        self._own = threading.local()

    @property
    def life(self) -> str:
        """Names the life of the server: what it kept from an earlier one may be older than what we know."""
        own = self._own
        if getattr(own, "life", None) is None:
            self.talk(("PING",))
        return str(own.life)

    def open(self, *, answer: float | None = None) -> Any:
        """A connection that belongs to the caller; its socket waits `answer` seconds."""
        # What redis-py says of its connections' types is too little to work with them.
        connection: Any = self._maker.make_connection()
        connection.socket_timeout = answer or self._answer
        return connection

    def talk(self, *commands: Command) -> list[Any]:
        """The answers to the commands, in one trip."""
        if self.breaker.is_open and not getattr(self._own, "probes", False):
            raise LevelDown("Redis does not answer.")
        for last in (False, True):
            try:
                return exchange(self._connection(), commands)
            except ResponseError as fault:
                raise LevelDown(str(fault)) from fault
            except (RedisError, OSError) as fault:
                self._own.connection = None
                # The first failure may only mean that Redis was restarted since this connection was used.
                if last or isinstance(fault, NoAnswer | TimeoutError):
                    self.breaker.trip()
                    raise LevelDown(str(fault)) from fault
        raise AssertionError

    @contextmanager
    def probing(self) -> Iterator[None]:
        """This thread alone may talk though the breaker is open, which closes if nothing fails."""
        self._own.probes = True
        try:
            self.talk(("PING",))
            yield
            self.breaker.close()
        finally:
            self._own.probes = False

    def wait(self, command: Command, *, seconds: float) -> Any:
        """The answer to a command that may block for so many seconds."""
        if self.breaker.is_open:
            raise LevelDown("Redis does not answer.")
        connection = self.open(answer=seconds + self._answer)
        try:
            return exchange(connection, (command,))[0]
        except (RedisError, OSError) as fault:
            raise LevelDown(str(fault)) from fault
        finally:
            connection.disconnect()

    def forget(self) -> None:
        """Leave all connections to whoever had them: a forked child must not use its parent's."""
        self._own = threading.local()

    def _connection(self) -> Any:
        own = self._own
        connection = getattr(own, "connection", None)
        if connection is None:
            connection = self.open()
            known, own.life = getattr(own, "life", None), _life(connection)
            own.connection = connection
            if known not in (None, own.life):
                raise Restarted("Redis was started anew.")
        return connection


def _life(connection: Any) -> str:
    told = exchange(connection, (("INFO", "server"),))[0].decode()
    return next(str(line[7:15]) for line in told.splitlines() if line.startswith("run_id:"))


def exchange(connection: Any, commands: tuple[Command, ...]) -> list[Any]:
    """Send the commands together and read an answer to each; the first refusal is raised after the last."""
    answers: list[Any] = []
    if isinstance(connection, SentinelManagedConnection):
        # Others connect with the first command; these would do so without asking who leads.
        connection.connect()  # type: ignore[no-untyped-call]
    try:
        if len(commands) == 1:
            connection.send_packed_command(connection.pack_command(*commands[0]), check_health=False)
        else:
            connection.send_packed_command(connection.pack_commands(commands), check_health=False)
        for _ in commands:
            answers.append(_answer(connection))
    finally:
        if len(answers) < len(commands):
            # Whatever was on its way must not be taken for the answer to the next question.
            connection.disconnect()
    for answer in answers:
        if isinstance(answer, ResponseError):
            raise answer
    return answers


def _answer(connection: Any) -> Any:
    try:
        return connection.read_response()
    except ResponseError as refusal:
        return refusal

"""Each process leaves its counters where the others find them, and sees those of the living."""

import os
import socket

import msgspec

from heliograph.kit.cache.boards import RedisBoard, TableBoard
from heliograph.kit.cache.errors import LevelDown
from heliograph.kit.cache.parts import Parts
from heliograph.kit.cache.told import Counters, taken


class Telling:
    """Counters go to Redis, and to the table while Redis is down."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._boards: list[RedisBoard | TableBoard] = []
        if parts.redis is not None:
            self._boards.append(RedisBoard(parts.redis))
        if parts.table is not None:
            self._boards.append(TableBoard(parts.table))
        self._has_told = False
        self.process = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"

    def now(self) -> Counters:
        """The counters of this process."""
        return taken(self._parts.tally, self._parts.memory, at=self._parts.clocks.wall())

    def tell(self) -> None:
        """Leave the counters of this process."""
        told = msgspec.msgpack.encode(self.now())
        self._has_told = True
        for board in self._boards:
            try:
                board.tell(self.process, told)
            except LevelDown:
                self._parts.down(board.number)
            else:
                return

    def withdraw(self) -> None:
        """Take back what this process left, which is about to end."""
        for board in self._boards[:1]:
            if self._has_told and not board.breaker.is_open:
                try:
                    board.untell([self.process])
                except LevelDown:
                    self._parts.down(board.number)

    def all(self) -> dict[str, Counters]:
        """The counters of all processes that told theirs of late, this one's as they stand."""
        found = {self.process: self.now()}
        oldest = self._parts.clocks.wall() - self._parts.limits.forget_after
        for level in self._boards:
            if level.breaker.is_open:
                continue
            try:
                told = {name: _read(data) for name, data in level.told().items()}
                gone = [name for name, one in told.items() if one is None or one.at < oldest]
                if gone:
                    level.untell(gone)
            except LevelDown:
                self._parts.down(level.number)
                continue
            found = {name: one for name, one in told.items() if one and name not in gone} | found
        return found


def _read(data: bytes) -> Counters | None:
    """None where another version of the program wrote it."""
    try:
        return msgspec.msgpack.decode(data, type=Counters)
    except msgspec.MsgspecError:
        return None

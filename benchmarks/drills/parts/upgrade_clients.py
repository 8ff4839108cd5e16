"""Clients of the drill of upgrades: they ask all the while, by lines that stay and by new ones, and count."""

import http.client
import itertools
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

# What changes something may not be sent twice: neither client nor proxy tries it again.
ASKED = (("GET", "/healthz"), ("POST", "/account/login/"), ("GET", "/account/login/"))
SECONDS = 60.0


class UnixLine(http.client.HTTPConnection):
    """A line to the socket of a path."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        """Open it."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(str(self._path))


@dataclass(slots=True)
class Asked:
    """How many requests were answered, how many failed, and how."""

    requests: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    # Of each client, while they ask.
    each: "list[Asked]" = field(default_factory=list)

    def so_far(self) -> int:
        """Requests of all clients."""
        return sum(one.requests for one in self.each)


@contextmanager
def asking(address: Path | int, *, clients: int = 4, pause: float = 0.0) -> Iterator[Asked]:
    """Ask at a socket or at a port of this machine, for a block; half of the clients keep their lines."""
    over, found = Event(), [Asked() for _ in range(clients)]
    told = Asked(each=found)
    threads = [
        Thread(target=_ask, args=(address, one, over, number % 2 == 0, pause))
        for number, one in enumerate(found)
    ]
    for thread in threads:
        thread.start()
    try:
        yield told
    finally:
        over.set()
        for thread in threads:
            thread.join()
        told.requests = sum(one.requests for one in found)
        for one in found:
            told.failed.update(one.failed)


def _ask(address: Path | int, found: Asked, over: Event, keeps: bool, pause: float) -> None:
    line = _line(address)
    for method, path in itertools.cycle(ASKED):
        if over.wait(pause) if pause else over.is_set():
            break
        found.requests += 1
        headers = {} if keeps else {"Connection": "close"}
        try:
            line.request(method, path, headers={"Host": "localhost", **headers})
            answer = line.getresponse()
            answer.read()
            if answer.status >= 500:
                found.failed[f"{method} {path}: {answer.status}"] += 1
        except (OSError, http.client.HTTPException) as fault:
            found.failed[f"{method} {path}: {type(fault).__name__} {fault}"] += 1
            line.close()
    line.close()


def _line(address: Path | int) -> http.client.HTTPConnection:
    if isinstance(address, Path):
        return UnixLine(address)
    return http.client.HTTPConnection("127.0.0.1", address, timeout=SECONDS)

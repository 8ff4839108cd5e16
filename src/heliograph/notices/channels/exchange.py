"""One HTTP request to a judged address, within limits of time and size; redirects are not followed."""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from threading import Event, Timer
from typing import Protocol

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from heliograph.notices.channels.addresses import Address, judged
from heliograph.notices.errors import NotSent

CONNECT_SECONDS = 3
MOST_ADDRESSES = 2
# From the first connection to the last byte, so that a dripping answer cannot hold us.
TALK_SECONDS = 10
MOST_BYTES = 65_536
START = 200


PORTS = {True: 443, False: 80}


@dataclass(frozen=True, slots=True)
class Place:
    """A web server. `allowed`: private hosts and networks that may be reached."""

    is_tls: bool
    host: str
    port: int
    allowed: tuple[str, ...] = ()

    @property
    def authority(self) -> str:
        """Host and port as they stand in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.is_tls] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status line, headers in lower case, and the body up to MOST_BYTES."""

    status: int
    reason: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def start(self) -> str:
        """How the body begins, on one line."""
        return " ".join(self.content[:START].decode(errors="replace").split())


def exchange(place: Place, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send the request; NotSent where there is no answer, or where the address may not be reached.

    Proxies that the environment names are not used: they would reach what we may not.
    """
    with _connected(place) as line:
        try:
            line.request(method, path, body, {**headers, "Host": place.authority}, preload_content=False)
            return _read(line)
        except (HTTPError, HTTPException, OSError, ValueError) as fault:
            raise NotSent(f"{place.authority} did not answer ({short_reason(fault)}).") from fault


@contextmanager
def _connected(place: Place) -> Iterator[HTTPConnection]:
    """A connection to the first of the judged addresses that answers; it is cut when the time is over."""
    found = judged(place.host, place.port, allowed=place.allowed, is_tls=place.is_tls)
    *others, last = found[:MOST_ADDRESSES]
    ends = time.monotonic() + TALK_SECONDS
    for address in (*others, last):
        line = _connection(place, address)
        with deadline(line, place.authority, seconds=ends - time.monotonic()):
            try:
                line.connect()
            except (HTTPError, OSError) as fault:
                line.close()
                if address is not last:
                    continue
                raise NotSent(f"{place.authority} was not reached ({short_reason(fault)}).") from fault
            try:
                yield line
            finally:
                line.close()
        return


def _connection(place: Place, address: Address) -> HTTPConnection:
    if not place.is_tls:
        return HTTPConnection(str(address), place.port, timeout=CONNECT_SECONDS)
    # The certificate must be the host's, though we connect to an address; the context checks it.
    return HTTPSConnection(
        str(address),
        place.port,
        timeout=CONNECT_SECONDS,
        ssl_context=ssl.create_default_context(),
        server_hostname=place.host,
    )


class Line(Protocol):
    """Anything that talks over a socket."""

    sock: socket.socket | None


@contextmanager
def deadline(line: Line, name: str, *, seconds: float) -> Iterator[None]:
    """Cut the line when the time is over; what was answered until then does not count."""
    is_over = Event()
    too_late = NotSent(f"{name} did not answer within {TALK_SECONDS} seconds.")

    def cut() -> None:
        is_over.set()
        if line.sock is not None:
            # The plain one: that of TLS would not wake who reads.
            socket.socket.shutdown(line.sock, socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.start()
    try:
        try:
            yield
        except Exception as fault:
            # What is cut may end in an error as well, when more of the answer comes behind the cut.
            if not is_over.is_set():
                raise
            raise too_late from fault
        if is_over.is_set():
            raise too_late
    finally:
        timer.cancel()


def _read(line: HTTPConnection) -> Answer:
    answer = line.getresponse()
    content = answer.read(MOST_BYTES, decode_content=False)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(answer.status, (answer.reason or "")[:START], headers, content)


def short_reason(fault: Exception) -> str:
    """The reason without the objects that urllib3 names in front of it."""
    text = str(fault)
    return text.rpartition(": ")[2][:START] or type(fault).__name__

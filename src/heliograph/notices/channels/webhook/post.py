"""One HTTP request to a judged address, within limits of time and size; redirects are not followed."""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from threading import Event, Timer

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from heliograph.notices.channels.webhook.addresses import Address, is_named, is_public, resolve
from heliograph.notices.channels.webhook.target import Target
from heliograph.notices.errors import NotSent

CONNECT_SECONDS = 3
MOST_ADDRESSES = 2
# From the first connection to the last byte, so that a dripping answer cannot hold us.
TALK_SECONDS = 10
MOST_BYTES = 65_536
START = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status line, headers in lower case, and the start of the body."""

    status: int
    reason: str
    headers: Mapping[str, str]
    start: str


def post(target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send the request; NotSent where there is no answer, or where the address may not be reached."""
    with _connected(target) as line:
        try:
            all_headers = {**headers, "Host": target.authority}
            line.request("POST", target.path, body, all_headers, preload_content=False)
            return _read(line)
        except (HTTPError, HTTPException, OSError, ValueError) as fault:
            raise NotSent(f"{target.authority} did not answer ({_short(fault)}).") from fault


@contextmanager
def _connected(target: Target) -> Iterator[HTTPConnection]:
    """A connection to the first of the judged addresses that answers; it is cut when the time is over."""
    *others, last = _judged(target)[:MOST_ADDRESSES]
    ends = time.monotonic() + TALK_SECONDS
    for address in (*others, last):
        line = _connection(target, address)
        with _deadline(line, target, seconds=ends - time.monotonic()):
            try:
                line.connect()
            except (HTTPError, OSError) as fault:
                line.close()
                if address is not last:
                    continue
                raise NotSent(f"{target.authority} was not reached ({_short(fault)}).") from fault
            try:
                yield line
            finally:
                line.close()
        return


def _judged(target: Target) -> list[Address]:
    """The addresses of the host. One that may not be reached is enough to refuse it."""
    found = resolve(target.host, target.port)
    for address in found:
        named = is_named(target.host, address, target.allowed)
        if not named and not is_public(address):
            raise NotSent(
                f"{target.host} is at {address}, which is not public; --allow-private would name it."
            )
        if not target.is_tls and is_public(address):
            raise NotSent(f"{target.host} is at {address}, a public address; use https there.")
    return found


def _connection(target: Target, address: Address) -> HTTPConnection:
    if not target.is_tls:
        return HTTPConnection(str(address), target.port, timeout=CONNECT_SECONDS)
    # The certificate must be the host's, though we connect to an address; the context checks it.
    return HTTPSConnection(
        str(address),
        target.port,
        timeout=CONNECT_SECONDS,
        ssl_context=ssl.create_default_context(),
        server_hostname=target.host,
    )


@contextmanager
def _deadline(line: HTTPConnection, target: Target, *, seconds: float) -> Iterator[None]:
    """Cut the line when the time is over; what was answered until then does not count."""
    is_over = Event()

    def cut() -> None:
        is_over.set()
        if line.sock is not None:
            # The plain one: that of TLS would not wake who reads.
            socket.socket.shutdown(line.sock, socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.start()
    try:
        yield
        if is_over.is_set():
            raise NotSent(f"{target.authority} did not answer within {TALK_SECONDS} seconds.")
    finally:
        timer.cancel()


def _read(line: HTTPConnection) -> Answer:
    answer = line.getresponse()
    content = answer.read(MOST_BYTES, decode_content=False)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    start = " ".join(content[:START].decode(errors="replace").split())
    return Answer(answer.status, (answer.reason or "")[:START], headers, start)


def _short(fault: Exception) -> str:
    """The reason without the objects that urllib3 names in front of it."""
    text = str(fault)
    return text.rpartition(": ")[2][:START] or type(fault).__name__

"""A server that streams events, and listeners to it, for tests."""

import asyncio
import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import uvicorn

from heliograph.accounts.tokens import add_token
from heliograph.config.asgi import pages
from heliograph.kit.wait import wait_until
from heliograph.web.stream.hub import Limits
from heliograph.web.stream.serve import EventStream
from tests.web.people import JOINED, person_with

SOON = 30.0


@dataclass
class Served:
    """A running server; `end` ends it as a signal would."""

    stream: EventStream
    port: int
    server: uvicorn.Server
    loop: asyncio.AbstractEventLoop
    thread: threading.Thread

    def end(self):
        """Ends in order, as SIGTERM does."""
        self.loop.call_soon_threadsafe(self.stream.hub.end_soon)
        self.server.should_exit = True


@contextmanager
def served(application=pages, **limits):
    """The application under uvicorn in a thread of this process, on the database of the test."""
    stream = EventStream(application, limits=Limits(**limits))
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(stream, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    loops = []

    async def serve():
        loops.append(asyncio.get_running_loop())
        await server.serve(sockets=[listener])
        await stream.hub.end()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert wait_until(lambda: server.started, seconds=SOON, every=0.01)
    run = Served(stream, listener.getsockname()[1], server, loops[0], thread)
    try:
        yield run
    finally:
        if thread.is_alive():
            run.end()
        thread.join(SOON)
        assert not thread.is_alive()


def new_secret(role):
    """The secret of a new token of somebody with that role."""
    person = person_with(role)
    return add_token(f"stream {person.tokens.count()}", person=person, scope="read", at=JOINED).secret


class Listener:
    """One connection to the stream, read frame by frame."""

    def __init__(self, port, *, after=None, headers=(), secret=None, buffer=None, **asked):
        """`secret` is that of a token; without one the listener is an admin with a new token.

        `buffer` is how much the machine takes for it that it does not read.
        """
        secret = new_secret("admin") if secret is None else secret
        asked |= {} if after is None else {"after": after}
        self.socket = socket.socket()
        self.socket.settimeout(SOON)
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.connect(("127.0.0.1", port))
        lines = [f"GET /api/v1/events?{urlencode(asked)} HTTP/1.1", "Host: 127.0.0.1", *headers]
        lines += [f"Authorization: Bearer {secret}"] if secret else []
        lines += ["", ""]
        self.socket.sendall("\r\n".join(lines).encode())
        self._file = self.socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = {}
        while line := self._file.readline().strip().decode():
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
        self._text = b""

    def frame(self):
        """The next frame as a mapping; a comment is under ""; None when the server has closed the stream."""
        while b"\n\n" not in self._text:
            chunk = self._chunk()
            if not chunk:
                return None
            self._text += chunk
        frame, _, self._text = self._text.partition(b"\n\n")
        return dict(line.split(": ", 1) if ": " in line else (line, "") for line in _lines(frame))

    def event(self):
        """The next frame that has data, as (id, name, data); None when the stream has ended."""
        while (frame := self.frame()) is not None:
            if "data" in frame:
                return int(frame["id"]), frame["event"], json.loads(frame["data"])
        return None

    def events(self, number):
        """So many events."""
        return [self.event() for _ in range(number)]

    def body(self):
        """The whole body of an answer that is no stream."""
        return json.loads(self._file.read(int(self.headers["content-length"])))

    def close(self):
        """Leave."""
        self._file.close()
        self.socket.close()

    def _chunk(self):
        size = int(self._file.readline() or b"0", 16)
        chunk = self._file.read(size)
        self._file.readline()
        return chunk


def _lines(frame):
    # A comment has no name before its colon.
    return [line.removeprefix(":") if line.startswith(":") else line for line in frame.decode().split("\n")]

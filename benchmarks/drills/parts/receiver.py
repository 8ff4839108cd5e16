"""A receiver of web requests on this machine: it keeps what came, and answers as it is told to."""

import json
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came; the names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> str:
        """The body as text."""
        return self.content.decode()

    @property
    def id(self) -> str:
        """What repeats of a message have in common."""
        return self.headers["webhook-id"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `after`: so many seconds later; `resets`: none at all, the connection is torn instead."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: float = 0.0
    resets: bool = False


OK = Reply()


class Receiver:
    """Answers each request by `reply`, and keeps all in `requests`; `most_at_once` of one path."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.reply: Callable[[Request], Reply] = lambda request: OK
        self.most_at_once = 0
        self.port = 0
        # Requests whose sender was gone before it had sent all: to a server they are none.
        self.cut = 0
        # Set at the end: who answers late does not keep the others waiting.
        self.is_over = Event()
        self._inside: Counter[str] = Counter()
        self._lock = Lock()

    def url(self, path: str = "/hook") -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}{path}"

    def options(self, path: str = "/hook", **more: object) -> dict[str, object]:
        """Those of a webhook that leads here."""
        own = {"url": self.url(path), "secret_env": "HOOK_SECRET", "allow_private": ["127.0.0.1"]}
        return own | more

    @property
    def ids(self) -> list[str]:
        """The id of each request, repeats among them."""
        return [request.id for request in self.requests]

    @property
    def repeats(self) -> int:
        """How many requests a receiver discards."""
        ids = self.ids
        return len(ids) - len(set(ids))

    def notices(self) -> list[tuple[str, str]]:
        """Topic and subject of each message, repeats discarded by their ids as a receiver does."""
        told = [json.loads(one.body) for one in {request.id: request for request in self.requests}.values()]
        return sorted((str(one["type"]), str(one["data"]["subject"])) for one in told)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self.requests.clear()

    def take(self, request: Request) -> Reply:
        """Keep a request, and say what it is answered."""
        with self._lock:
            self.requests.append(request)
            self._inside[request.path] += 1
            self.most_at_once = max(self.most_at_once, *self._inside.values())
        try:
            return self.reply(request)
        finally:
            with self._lock:
                self._inside[request.path] -= 1


@contextmanager
def receiving(wrap: Callable[[socket.socket], socket.socket] | None = None) -> Iterator[Receiver]:
    """A receiver on the loopback, for a block; `wrap` makes its socket one of TLS."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            content = self.rfile.read(length)
            if len(content) < length:
                receiver.cut += 1
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = receiver.take(Request(self.command, self.path, headers, content))
            if reply.after:
                receiver.is_over.wait(reply.after)
            if reply.resets:
                self.tear()
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = answer

        def tear(self) -> None:
            """RST instead of FIN: nothing lingers."""
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

        def log_message(self, *_: object) -> None:
            """Nothing: a line for each would bury what matters."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """A caller that hangs up is what tests and drills are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_port
        if wrap:
            server.socket = wrap(server.socket)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.is_over.set()
            server.shutdown()
            thread.join()

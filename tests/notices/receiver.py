"""A receiver of webhooks on this machine, which keeps what came and answers what a test wants."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: str

    @property
    def id(self):
        return self.headers["webhook-id"]


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


OK = Reply()


class Receiver:
    """Answers each request by `reply`, and keeps all in `requests`; `most_at_once` for each path."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.reply: Callable[[Request], Reply] = lambda request: OK
        self.inside: dict[str, int] = {}
        self.most_at_once = 0
        self.lock = Lock()
        self.port = 0

    def url(self, path="/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def options(self, path="/hook", **more) -> dict[str, object]:
        own = {"url": self.url(path), "secret_env": "HOOK_SECRET", "allow_private": ["127.0.0.1"]}
        return own | more

    @property
    def ids(self) -> list[str]:
        return [request.id for request in self.requests]

    def take(self, request: Request) -> Reply:
        with self.lock:
            self.requests.append(request)
            self.inside[request.path] = self.inside.get(request.path, 0) + 1
            self.most_at_once = max(self.most_at_once, *self.inside.values())
        try:
            return self.reply(request)
        finally:
            with self.lock:
                self.inside[request.path] -= 1


@contextmanager
def receiving(wrap=None) -> Iterator[Receiver]:
    """A receiver for a block; `wrap` makes its socket one of TLS."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = receiver.take(Request(self.path, headers, body))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):
            """A caller that hangs up is what tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_port
    if wrap:
        server.socket = wrap(server.socket)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

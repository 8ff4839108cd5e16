"""A receiver of webhooks that remembers what came."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """How often each message came, and what it told: topic, subject and all that it carries."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        self.told: dict[str, dict[str, object]] = {}
        self.port = 0
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self.came.clear()
            self.told.clear()

    def hear(self, identity: str, body: bytes) -> None:
        """A request came."""
        with self._lock:
            self.came[identity] += 1
            self.told[identity] = json.loads(body)

    def notices(self) -> list[tuple[str, str]]:
        """Topic and subject of each message, repeats discarded by their ids as a receiver does."""
        with self._lock:
            return sorted((str(told["type"]), str(told["data"]["subject"])) for told in self.told.values())

    @property
    def repeats(self) -> int:
        """How many requests a receiver discards."""
        return sum(self.came.values()) - len(self.came)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on the loopback, for a block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.hear(str(self.headers["webhook-id"]), body)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: a line for each would bury what matters."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()

"""A web process that ends without losing a request.

uvicorn closes lines between two requests at once when it ends. A request that is on its way by then, or
was just accepted and not read yet, is lost, and a proxy may not send it again if it changes something. Here
such a line stays for a moment; what comes by it is answered, and the answer says that it was the last.
"""

import asyncio
import sys

from gunicorn.arbiter import Arbiter
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import Server
from uvicorn_worker import UvicornWorker

CLOSE = (b"connection", b"close")
# At most; a Gunicorn that is told to be quick waits a quarter of what it has.
MOST_SECONDS = 3.0


class LingeringProtocol(H11Protocol):
    """One line to a client."""

    linger = MOST_SECONDS
    is_ending = False
    # Of the process: lines that are accepted while it ends are told by nobody.
    all_end = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if LingeringProtocol.all_end:
            self.shutdown()

    def shutdown(self) -> None:
        """Let what is under way end, and wait a moment for what may be on its way."""
        self.is_ending = True
        if self._is_idle():
            self.loop.call_later(self.linger, self._close_if_idle)
        elif not self.cycle.response_started:
            self.cycle.scope["headers"].append(CLOSE)

    def handle_events(self) -> None:
        """A request that begins on a line that ends is its last: the answer says so."""
        before = self.cycle
        super().handle_events()
        if self.is_ending and self.cycle is not before and not self.cycle.response_started:
            self.cycle.scope["headers"].append(CLOSE)

    def on_response_complete(self) -> None:
        """An answer that had begun before the end could not say that it is the last."""
        super().on_response_complete()
        if self.is_ending:
            self.loop.call_later(self.linger, self._close_if_idle)

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _close_if_idle(self) -> None:
        if self._is_idle() and not self.transport.is_closing():
            super().shutdown()


class EndingServer(Server):
    """Tells also those lines that are accepted while it ends."""

    async def shutdown(self, sockets: "list[object] | None" = None) -> None:  # type: ignore[override]
        """End, from now on for all."""
        LingeringProtocol.all_end = True
        await super().shutdown(sockets)  # type: ignore[arg-type]


class EndingWorker(UvicornWorker):
    """A process of Gunicorn that serves by these."""

    CONFIG_KWARGS = {"loop": "auto", "http": LingeringProtocol}  # noqa: RUF012

    async def _serve(self) -> None:
        LingeringProtocol.linger = min(MOST_SECONDS, self.cfg.graceful_timeout / 4)
        self.config.app = self.wsgi
        server = EndingServer(config=self.config)
        self._install_sigquit_handler()
        await server.serve(sockets=self.sockets)
        if not server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

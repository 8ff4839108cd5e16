"""Each request has an id, by which its lines in the logs of nginx, of web and of workers are found."""

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from heliograph.kit.logs import note
from heliograph.kit.spans import span

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

HEADER = b"x-request-id"
# By which a request says to which trace it belongs.
TRACED = (b"traceparent", b"tracestate")
WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{8,64}")


class NamedRequests:
    """Notes the `X-Request-ID` that came with a request, or a new one, and gives it back with the answer."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request. The server runs each in a task of its own, so nothing has to be taken back."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == HEADER), b"")
        name = given if WELL_FORMED.fullmatch(given) else secrets.token_hex(16).encode()
        note(request_id=name.decode())
        headers = scope["headers"]
        came_with = {key.decode(): value.decode("latin-1") for key, value in headers if key in TRACED}

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell("http.response.status_code", message["status"])
                message = {**message, "headers": [*message.get("headers", ()), (HEADER, name)]}
            await send(message)

        with span(scope["method"], came_with=came_with, request_id=name.decode()) as tell:
            await self._application(scope, receive, send_named)

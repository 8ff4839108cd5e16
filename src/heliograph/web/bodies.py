"""Refuses bodies that are too large while they come, before Django writes them to disk."""

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any, TypeAlias

from heliograph.web.api.problems import problem

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

MIB = 1 << 20


class TooLarge(Exception):
    """More bytes came than the address takes."""


class BodyLimit:
    """An application that takes bodies of so many bytes at most, of `uploads` where files are uploaded."""

    def __init__(self, inner: Application, *, most: int, upload_paths: tuple[str, ...], uploads: int) -> None:
        self._inner, self._most = inner, most
        self._upload_paths, self._uploads = upload_paths, uploads

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on what is small enough; answer 413 to the rest."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        most = self._uploads if scope["path"] in self._upload_paths else self._most
        if _told_length(scope) > most:
            await _refuse(send, most, scope["path"])
            return
        begun, came = False, 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._inner(scope, counted, noted)
        except TooLarge:
            if not begun:
                await _refuse(send, most, scope["path"])


def _told_length(scope: Message) -> int:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _refuse(send: Send, most: int, path: str) -> None:
    sentence = f"The request has more than the {most / MIB:,.0f} MiB that are taken here."
    kind, body = "text/plain; charset=utf-8", f"{sentence}\n".encode()
    if path.startswith("/api/"):
        told = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
        kind, body = told["Content-Type"], told.content
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})

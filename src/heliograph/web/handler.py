"""Django behind an ASGI server: a request is answered in one thread, and only so many at once."""

import asyncio
import contextvars
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.db import close_old_connections
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix
from servestatic import ServeStaticASGI

from heliograph.web.bodies import Message, Receive, Send
from heliograph.web.telling import Telling


class FewThreadsHandler(ASGIHandler):
    """Runs signals, middleware and view of a request in one go, in one of its threads.

    Our views and the middleware that matters are synchronous. In its asynchronous mode Django would call each
    middleware twice from the event loop, each time through a thread, which costs more than the answers. It
    would also start a thread for every request, each with a session of the database: who comes when all
    threads are busy waits here.
    """

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(
            settings.HELIOGRAPH_WEB_CONNECTIONS or None, thread_name_prefix="request"
        )
        self._telling = Telling(self._threads)

    def load_middleware(self, is_async: bool = False) -> None:
        """The synchronous form of every middleware, whatever is asked for."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: Message, receive: Receive, send: Send) -> None:
        """Read the request, answer it in a thread, and send what was answered."""
        began = time.monotonic()
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        try:
            response, messages = await loop.run_in_executor(
                self._threads, context.run, self._answer, scope, body
            )
        finally:
            body.close()
        self._telling.note(scope["path"], response.status_code, began=began)
        if messages:
            for message in messages:
                await send(message)
        else:
            await self._send_stream(response, receive, send)

    def _answer(self, scope: Message, body: Any) -> tuple[HttpResponseBase, Sequence[Message]]:
        """The response, and what is to be sent unless it is a stream, which makes its parts elsewhere."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, response = self.create_request(scope, body)
        if request is not None:
            response = self.get_response(request)
        response._handler_class = self.__class__
        if response.streaming:
            close_old_connections()
            return response, ()
        messages = _messages(response)
        response.close()
        return response, messages

    async def _send_stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Send the parts until all are sent or nobody listens any more."""
        sending = asyncio.create_task(self.send_response(response, send))
        leaving = asyncio.ensure_future(receive())
        try:
            await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await asyncio.get_running_loop().run_in_executor(self._threads, response.close)


def _messages(response: Any) -> Sequence[Message]:
    """A response that is not a stream as an ASGI server wants it."""
    headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    headers += [
        (b"Set-Cookie", cookie.output(header="").strip().encode("ascii"))
        for cookie in response.cookies.values()
    ]
    return (
        {"type": "http.response.start", "status": response.status_code, "headers": headers},
        {"type": "http.response.body", "body": response.content},
    )


def with_static_files(application: Any) -> ServeStaticASGI:
    """The application behind one that serves the files which Django's finders know.

    Files of `dist/assets` carry a digest of their content in their name and may be kept for ever.
    """
    at = f"/{settings.STATIC_URL.strip('/')}/"
    served = ServeStaticASGI(
        application, immutable_file_test=f"^{at}dist/assets/", add_headers_function=_take_types_at_their_word
    )
    for finder in get_finders():
        for storage in finder.storages.values():
            served.add_files(storage.location, prefix=at)
    return served


def _take_types_at_their_word(headers: Headers, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"

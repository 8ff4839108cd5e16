"""Django behind an ASGI server, with one change of threads for a request instead of some twenty."""

from typing import Any
from wsgiref.headers import Headers

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from servestatic import ServeStaticASGI


class OneThreadHandler(ASGIHandler):
    """Runs all middleware and the view of a request in one go, in one thread.

    Our views and the middleware that matters are synchronous. In its asynchronous mode Django would call each
    middleware twice from the event loop, each time through a thread, which costs more than the answers.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        """The synchronous form of every middleware, whatever is asked for."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """What the synchronous handler answers."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


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

"""What a browser is answered that opens an address which only takes forms, as by loading it again."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.deprecation import MiddlewareMixin


class NotAllowedMiddleware(MiddlewareMixin):
    """A page that says so and leads back, where Django answers with nothing. The API has its own answer."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The same status, with a page."""
        if not isinstance(response, HttpResponseNotAllowed) or request.path.startswith("/api/"):
            return response
        page = render(
            request, "405.html", {"back": _page_above(request.path)}, status=HTTPStatus.METHOD_NOT_ALLOWED
        )
        page["Allow"] = response["Allow"]
        return page


def _page_above(path: str) -> str:
    """The nearest address above that there is; what one does stands below what one does it to."""
    while path := path.rstrip("/").rpartition("/")[0]:
        for address in (path, f"{path}/"):
            try:
                resolve(address)
            except Resolver404:
                continue
            return address
    return reverse("overview")

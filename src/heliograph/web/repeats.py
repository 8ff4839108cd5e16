"""Looks at some requests of each address: which statements they ask again and again."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from heliograph.monitor.tuning.repeats import SAMPLER


class RepeatsMiddleware:
    """Innermost, so that the view is looked at and not what stands before it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        counting = getattr(request, "counting", None)
        if counting is not None:
            counting.end()
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple, named: dict[str, Any]
    ) -> None:
        """Begins to count where it is the turn of this address."""
        match = request.resolver_match
        counting = SAMPLER.sample(f"{request.method} /{match.route}") if match else None
        if counting is not None:
            request.counting = counting  # type: ignore[attr-defined]
            counting.begin()

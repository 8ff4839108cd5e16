"""Headers that tell browsers what pages of ours never need, and that no other site embeds what we answer."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What Django and the policy of contents (config/parts/pages.py) do not say already.
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
        " magnetometer=(), microphone=(), midi=(), payment=(), usb=(), xr-spatial-tracking=()"
    ),
    "X-Permitted-Cross-Domain-Policies": "none",
}


def headers_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Adds them where a view has not said otherwise."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer

"""Who asks, and what is hidden from them."""

from collections.abc import Collection

from django.http import HttpRequest

from heliograph.web.accounts.asker import hidden


def caller(request: HttpRequest) -> str:
    """Who asks, as an opaque text: a token, a person, or else an address."""
    token = getattr(request, "token", None)
    if token is not None:
        return f"token:{token.pk}"
    person = getattr(request, "user", None)
    if person is not None and person.is_authenticated:
        return f"person:{person.pk}"
    return f"address:{request.META.get('REMOTE_ADDR', '')}"


def hidden_from(request: HttpRequest) -> Collection[int]:
    """The ids of the strategies that whoever asks may not see."""
    return hidden(request)

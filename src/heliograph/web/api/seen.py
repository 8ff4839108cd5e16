"""Who asks, and what is hidden from them."""

from collections.abc import Collection

from django.http import HttpRequest

from heliograph.web.accounts.asker import asker_of, hidden


def caller(request: HttpRequest) -> str:
    """Who asks, as an opaque text: a token, a person, or else an address."""
    asker = asker_of(request)
    if asker.token is not None:
        return f"token:{asker.token.pk}"
    if asker.person is not None:
        return f"person:{asker.person.pk}"
    return f"address:{request.META.get('REMOTE_ADDR', '')}"


def hidden_from(request: HttpRequest) -> Collection[int]:
    """The ids of the strategies that whoever asks may not see."""
    return hidden(request)

"""Who asks, and what is hidden from them."""

from collections.abc import Collection, Sequence

from django.http import HttpRequest


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
    return ()


def audiences_of(request: HttpRequest) -> Sequence[str] | None:
    """Whose channels and subscriptions whoever asks may see, such as "person:7"; None: everybody's."""
    return None

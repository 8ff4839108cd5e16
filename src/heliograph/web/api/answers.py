"""Answers as JSON bytes: chosen fields, an ETag by which a client asks for news only, and what is kept."""

from collections.abc import Callable, Sequence
from functools import wraps
from hashlib import blake2b
from operator import attrgetter, itemgetter
from typing import TypeAlias

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from heliograph.kit.cache import Rule, cache
from heliograph.signals.queries import Hidden
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.asked import Chosen
from heliograph.web.api.paging import Page

View: TypeAlias = Callable[..., object]
# What slides with the time of day is at most so old (seconds); other changes are told by the tags.
SECONDS = 15.0


def answers(*tags: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Encode what an operation finds; with tags, keep the bytes until one of them changes.

    What is kept is shared by all from whom the same is hidden: an operation with tags may not look at who
    asks in any other way.
    """

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
            asked = named.get("asked")
            names = asked.names if isinstance(asked, Chosen) else ()
            if getattr(asked, "format", None):
                made = view(request, *args, **named)
                assert isinstance(made, HttpResponseBase)
                return made

            def body() -> bytes:
                return encode(view(request, *args, **named), names)

            return with_etag(request, _kept(request, tags, body) if tags else body())

        answer.is_answers = True  # type: ignore[attr-defined]
        return answer

    return decorate


def encode(found: object, names: Sequence[str] = ()) -> bytes:
    """Values as JSON: times as ISO 8601 with Z, unknown as null; of items only the named fields, if any."""
    if names:
        if isinstance(found, Page):
            found = {"items": [_some(item, names) for item in found.items], "next": found.next}
        else:
            found = _some(found, names)
    return msgspec.json.encode(found)


def with_etag(request: HttpRequest, body: bytes, *, kind: str = "application/json") -> HttpResponse:
    """The answer, or 304 where the client has it already."""
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
    answer = HttpResponse(body, content_type=kind, headers=headers)
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _some(item: object, names: Sequence[str]) -> dict[str, object]:
    take = itemgetter if isinstance(item, dict) else attrgetter
    return {name: take(name)(item) for name in names}


def key_of(address: str, hidden: Hidden) -> str:
    """What an answer is kept under: beside the address, what is hidden decides what is found."""
    unseen = blake2b(repr(sorted(hidden)).encode(), digest_size=8).hexdigest()
    return f"api:{unseen}:{address}"


def _kept(request: HttpRequest, tags: Sequence[str], make: Callable[[], bytes]) -> bytes:
    rule = Rule(ttl=SECONDS, tags=tuple(tags), levels=(1, 2), kind=bytes)
    found: bytes = cache().through(key_of(request.get_full_path(), hidden(request)), make, rule)
    return found

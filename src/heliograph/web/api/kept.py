"""Answers of the API that are kept as bytes, with an ETag by which a client asks for news only."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from heliograph.kit.cache import Rule, cache
from heliograph.signals.queries import Hidden
from heliograph.web.accounts.asker import hidden

View: TypeAlias = Callable[..., HttpResponse]
# What slides with the time of day is at most so old (seconds); other changes are told by the tags.
SECONDS = 15.0


class NotKept(Exception):
    """The answer is no list but a problem, which is not kept."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


def kept(*tags: str) -> Callable[[View], View]:
    """Keep what a view answers until one of the tags changes."""

    def decorate(view: View) -> View:
        def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
            try:
                body = _body(request, tags, lambda: view(request, *args, **named))
            except NotKept as problem:
                return problem.answer
            return _with_etag(request, body)

        return answer

    return decorate


def _body(request: HttpRequest, tags: Sequence[str], make: Callable[[], HttpResponse]) -> bytes:
    def content() -> bytes:
        made = make()
        if made.status_code != 200:
            raise NotKept(made)
        return made.content

    rule = Rule(ttl=SECONDS, tags=tuple(tags), levels=(1, 2), kind=bytes)
    # What is hidden from one is not hidden from all: it is a part of the question.
    key = f"api:{request.get_full_path()}:{_written(hidden(request))}"
    found: bytes = cache().through(key, content, rule)
    return found


def _written(strategies: Hidden) -> str:
    return hashlib.blake2b(repr(strategies).encode(), digest_size=12).hexdigest() if strategies else ""


def _with_etag(request: HttpRequest, body: bytes) -> HttpResponse:
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private", "Vary": "Authorization, Cookie"}
    answer = HttpResponse(body, content_type="application/json; charset=utf-8", headers=headers)
    return get_conditional_response(request, etag=etag, response=answer) or answer

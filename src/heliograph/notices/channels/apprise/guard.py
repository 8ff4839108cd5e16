"""Apprise makes its own web requests; in a thread that sends they go through our guard.

Every address is judged and connected to as it was judged, redirects are not followed, proxies of the
environment are not used, answers are bounded in time and size.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from heliograph.notices.channels.addresses import RESOLVE_SECONDS
from heliograph.notices.channels.exchange import PORTS, TALK_SECONDS, Answer, Place, exchange
from heliograph.notices.channels.kind import SEND_SECONDS
from heliograph.notices.errors import NotSent


@dataclass(slots=True)
class Talk:
    """The requests of one sending: where they may go, and what came of them."""

    allowed: tuple[str, ...]
    began: float = field(default_factory=time.monotonic)
    answers: list[Answer] = field(default_factory=list)
    fault: NotSent | None = None

    def ask(self, request: requests.PreparedRequest) -> Answer:
        """One request; NotSent where there is no answer or no time left for one."""
        if time.monotonic() - self.began > SEND_SECONDS - RESOLVE_SECONDS - TALK_SECONDS:
            raise NotSent("The service asked for more requests than there is time for.")
        place, path = _place(request, self.allowed)
        answer = exchange(place, str(request.method), path, _headers(request), _body(request))
        self.answers.append(answer)
        return answer


_talk: ContextVar[Talk | None] = ContextVar("talk", default=None)


@contextmanager
def guarded(allowed: tuple[str, ...]) -> Iterator[Talk]:
    """In this block the requests of this thread, by `requests.post` and its like, are guarded."""
    requests.sessions.Session = GuardedSession  # type: ignore[misc]
    token = _talk.set(talk := Talk(allowed))
    try:
        yield talk
    finally:
        _talk.reset(token)


class GuardedSession(requests.Session):
    """What `requests.post` and its like make; outside a guarded block it is as any other."""

    def __init__(self) -> None:
        super().__init__()
        talk = _talk.get()
        if talk is not None:
            self.trust_env = False
            self.adapters.clear()
            for scheme in ("https://", "http://"):
                self.mount(scheme, GuardedAdapter(talk))

    def request(self, method: str, url: str, **options: object) -> requests.Response:  # type: ignore[override]
        """As always, but that no redirect is followed in a guarded block."""
        if _talk.get() is not None:
            options |= {"allow_redirects": False, "proxies": None, "cert": None}
        return super().request(method, url, **options)  # type: ignore[arg-type]


class GuardedAdapter(BaseAdapter):
    """Sends a request by our own client, and gives its answer as the library has it."""

    def __init__(self, talk: Talk) -> None:
        super().__init__()
        self._talk = talk

    def send(self, request: requests.PreparedRequest, **_: object) -> requests.Response:  # type: ignore[override]
        """The answer; ConnectionError where there is none, as the library's users expect it."""
        try:
            answer = self._talk.ask(request)
        except NotSent as fault:
            self._talk.fault = fault
            raise requests.ConnectionError(str(fault), request=request) from fault
        return _response(request, answer)

    def close(self) -> None:
        """Nothing is kept open."""


def _place(request: requests.PreparedRequest, allowed: tuple[str, ...]) -> tuple[Place, str]:
    parts = urlsplit(str(request.url))
    is_tls = parts.scheme == "https"
    try:
        port = parts.port or PORTS[is_tls]
    except ValueError as fault:
        raise NotSent(f"The service has no such port ({fault}).") from fault
    if parts.username is not None or not parts.hostname:
        raise NotSent("The service has no address that can be reached.")
    return Place(is_tls, parts.hostname, port, allowed), str(request.path_url)


def _headers(request: requests.PreparedRequest) -> dict[str, str]:
    """Without those that our own client writes; compressed answers are not asked for."""
    left_out = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}
    found = {str(name): value for name, value in request.headers.items() if str(name).lower() not in left_out}
    return {
        name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in found.items()
    }


def _body(request: requests.PreparedRequest) -> bytes:
    body = request.body
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    return b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in body)


def _response(request: requests.PreparedRequest, answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code, response.reason = answer.status, answer.reason
    response.headers = CaseInsensitiveDict(answer.headers)
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response.url, response.request = str(request.url), request
    response._content, response._content_consumed = answer.content, True
    return response

"""Requests through a real server: answered in threads of which there are only so many."""

import asyncio
import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path

from heliograph.web.accounts.access import public
from heliograph.web.handler import FewThreadsHandler
from tests.web.streaming import served

pytestmark = pytest.mark.django_db(transaction=True)
LOCK = threading.Lock()
here, most, left = [], [], threading.Event()


@public
def slow(request):
    """Asks the database for a moment, and notes how many do so at once."""
    with LOCK:
        here.append(threading.get_ident())
        most.append(len(here))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.05)")
    with LOCK:
        here.remove(threading.get_ident())
    return HttpResponse(b"", headers={"X-Name": "é"})


@public
def cookies(request):
    """Sets two cookies."""
    answer = HttpResponse(b"")
    answer.set_cookie("one", "1", httponly=True)
    answer.set_cookie("two", "2")
    return answer


@public
def endless(request):
    """A stream that notes when nobody listens any more."""

    async def parts():
        try:
            while True:
                yield b"x" * 100_000
                await asyncio.sleep(0)
        finally:
            left.set()

    return StreamingHttpResponse(parts())


urlpatterns = [path("slow", slow), path("cookies", cookies), path("endless", endless)]


@contextmanager
def asked(port, address):
    """The answer, while the connection is open."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as link:
        link.request("GET", address)
        with link.getresponse() as answer:
            yield answer


def ask(port, address):
    """The answer once it is read."""
    with asked(port, address) as answer:
        answer.read()
        return answer


@pytest.fixture
def port():
    """The port of a server with three threads."""
    with (
        override_settings(ROOT_URLCONF=__name__, HELIOGRAPH_WEB_CONNECTIONS=3),
        served(FewThreadsHandler()) as run,
    ):
        yield run.port


def test_many_requests_share_a_few_threads_and_none_is_refused(port):
    most.clear()
    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(lambda _: ask(port, "/slow"), range(40)))
    assert [answer.status for answer in answers] == [200] * 40
    assert max(most) == 3
    assert {answer.headers["X-Name"] for answer in answers} == {"é"}


def test_every_cookie_has_a_header_of_its_own(port):
    found = ask(port, "/cookies").headers.get_all("Set-Cookie")
    assert [one.split("=")[0] for one in found] == ["one", "two"]
    assert "HttpOnly" in found[0]


def test_a_stream_ends_when_its_listener_leaves(port):
    left.clear()
    with asked(port, "/endless") as answer:
        assert answer.read(1_000_000) == b"x" * 1_000_000
    assert left.wait(30)

"""No page shows a link or a button to somebody whose role may not use it."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from heliograph.accounts.roles import Role
from heliograph.web.accounts.access import Unmarked, role_needed
from tests.web.doorways import CALLS, Call
from tests.web.house import make_house
from tests.web.people import person_with, signed_in

pytestmark = pytest.mark.django_db


class Ways(HTMLParser):
    """The ways out of a page: links, and forms with what they do."""

    def __init__(self, page):
        super().__init__()
        self.found, self._form = set(), None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "a" and named.get("href"):
            self.found.add(("GET", named["href"]))
        if tag == "form":
            self.found.add((named.get("method", "get").upper(), named.get("action") or ""))
        for method in ("get", "post"):
            if named.get(f"hx-{method}"):
                self.found.add((method.upper(), named[f"hx-{method}"]))


def needed(method, address):
    """The role that an address needs; None where it needs none or leads elsewhere."""
    parts = urlsplit(address)
    if parts.netloc or not parts.path.startswith("/"):
        return None
    try:
        return role_needed(resolve(parts.path).func, method)
    except (Resolver404, Unmarked):
        return None


def pages(house):
    """The addresses of all pages, of what everybody sees."""
    for key, calls in CALLS.items():
        if not key.startswith("GET /") or key.startswith("GET /api"):
            continue
        for call in [calls] if isinstance(calls, Call) else calls:
            if "foreign" not in call.address and not re.search(r"{(own|my)_", call.address):
                yield call.address.format(**house, me="x")


@pytest.mark.parametrize("role", ["viewer", "analyst", "operator"])
def test_no_page_offers_what_the_role_of_the_reader_may_not_do(role):
    house = make_house()
    client = signed_in(person_with(role))
    dead, looked = {}, 0
    for address in pages(house):
        answer = client.get(address)
        if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
            continue
        looked += 1
        for method, way in Ways(answer.content.decode()).found:
            asked = needed(method, urljoin(address, way))
            if asked is not None and not Role(role).may(asked):
                dead.setdefault(address, set()).add(f"{method} {way}: {asked}")

    assert dead == {}
    assert looked > 25


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_an_empty_house_offers_no_dead_ways_either(role):
    client = signed_in(person_with(role))
    dead = {}
    for address in (
        "/",
        "/signals/",
        "/strategies/",
        "/backtests/",
        "/data/",
        "/data/imports/",
        "/data/gaps/",
        "/data/sources/",
        "/notices/",
        "/notices/channels/",
        "/backtests/compare",
        "/replays/",
    ):
        for method, way in Ways(client.get(address).content.decode()).found:
            asked = needed(method, urljoin(address, way))
            if asked is not None and not Role(role).may(asked):
                dead.setdefault(address, set()).add(f"{method} {way}: {asked}")

    assert dead == {}

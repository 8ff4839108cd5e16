"""Each address of the API that a page shows is one that there is, with parameters that it takes."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from heliograph.web.api import api
from tests.documents.samples import PAGES, ROOT

SHOWN = re.compile(r"(?:(GET|POST|PUT|PATCH|DELETE) |https?://[\w.:-]+)(/api/v1/[^\s`\"'\\)<>|,;…]*)")


@pytest.fixture(scope="module")
def described():
    """The operations of each path, and what a path looks like."""
    paths = api.get_openapi_schema()["paths"]
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"\Z"), found) for path, found in paths.items()]


def wrong(method, address, described):
    """Why the API would not know this address, or nothing."""
    parts = urlsplit(address.rstrip(".:"))
    path = re.sub(r"\{[\w-]+\}|\$\{?\w+\}?", "1", parts.path)
    found = [operations for pattern, operations in described if pattern.match(path)]
    if not found:
        return "no such path"
    of_method = [one[method.lower()] for one in found if method.lower() in one] if method else found
    if not of_method:
        return f"no {method}"
    operations = of_method if method else [one for each in found for one in each.values()]
    known = {named["name"] for one in operations for named in one.get("parameters", [])}
    return ", ".join(sorted(parse_qs(parts.query).keys() - known))


@pytest.mark.parametrize(
    "page",
    [path for path in PAGES if SHOWN.search(path.read_text())],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_each_address_that_a_page_shows_is_one_of_the_api(page, described):
    shown = SHOWN.findall(page.read_text())
    assert {found: why for found in shown if (why := wrong(*found, described))} == {}


def test_what_is_not_there_is_found(described):
    assert wrong("GET", "/api/v1/signals?state=settled", described) == ""
    assert wrong("", "/api/v1/signals?stat=settled", described) == "stat"
    assert wrong("", "/api/v1/signal", described) == "no such path"

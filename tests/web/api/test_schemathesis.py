"""The whole API asked by schemathesis: no 5xx, and every answer is one that is described."""

import json

import pytest
from django.db import transaction

from benchmarks.drills.api_fuzz import taken_back
from benchmarks.drills.parts.fuzz import Fuzzer, in_process, told
from heliograph.accounts.tokens import add_token
from tests.web.house import known_ids, make_house
from tests.web.people import JOINED, person_with

CASES = 1_000
SEED = 20_241_130


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """Made once, with a token of an admin; all of it is taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        house = make_house()
        token = add_token("fuzz", person=person_with("admin"), scope="admin", at=JOINED)
        yield house | {"headers": {"Authorization": f"Bearer {token.secret}"}}
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper():
    """The transaction of `house` is for all."""


@pytest.fixture
def fuzz(house, settings, tmp_path):
    """Asks an application so many cases."""
    settings.HELIOGRAPH_API_READS = settings.HELIOGRAPH_API_WRITES = 0
    settings.HELIOGRAPH_UPLOADS = str(tmp_path / "uploads")
    settings.ALLOWED_HOSTS = ["*"]

    def run(app, *, cases, only=lambda label: True):
        fuzzer = Fuzzer(app, house["headers"], known_ids(house), within=taken_back)
        return fuzzer.run(cases=cases, seed=SEED, only=only)

    return run


@pytest.mark.django_db
def test_every_answer_to_a_thousand_strange_requests_is_described(fuzz):
    found = fuzz(in_process, cases=CASES)

    assert told(found) == []
    assert found.cases >= CASES
    assert found.statuses[200] > 50


def asks_for_a_host(environ, start_response):
    """An application whose description asks for a host that no address can have, and that fails for it."""
    host = {"name": "Host", "in": "header", "required": True, "schema": {"enum": ["%@]1"]}}
    asked = {"parameters": [host], "responses": {"200": {"description": "Well."}}}
    body = {"openapi": "3.1.0", "info": {"title": "", "version": "1"}, "paths": {"/": {"get": asked}}}
    well = environ["HTTP_HOST"] == "localhost"
    start_response("200 OK" if well else "500 Host", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]


def test_all_is_asked_of_this_machine():
    found = Fuzzer(asks_for_a_host, {}).run(cases=8, seed=SEED)

    assert set(found.statuses) == {200}


def planted(address, spoil):
    """The application with a mistake: `spoil` makes another answer of status, headers and body there."""

    def app(environ, start_response):
        told = []

        def listen(status, headers):
            told[:] = status, headers

        body = b"".join(in_process(environ, listen))
        if environ["PATH_INFO"] == f"/api/v1/{address}":
            told[0], told[1], body = spoil(environ, told[0], told[1], body)
        headers = [(name, value) for name, value in told[1] if name.lower() != "content-length"]
        start_response(told[0], headers)
        return [body]

    return app


def fails_on_cursors(environ, status, headers, body):
    """As where a cursor is read without care."""
    if "cursor=" in environ["QUERY_STRING"]:
        return "500 Internal Server Error", headers, body
    return status, headers, body


def with_items(change):
    """Changes the JSON of a good answer."""

    def spoil(environ, status, headers, body):
        if status.startswith("200"):
            found = json.loads(body)
            change(found)
            body = json.dumps(found).encode()
        return status, headers, body

    return spoil


def gives_a_number_for_a_name(found):
    for one in found["items"]:
        one["name"] = 5


def forgets_the_next(found):
    del found["next"]


def says_teapot(environ, status, headers, body):
    return ("418 I'm a teapot" if status.startswith("200") else status), headers, body


def says_text(environ, status, headers, body):
    changed = [(name, "text/plain" if name == "Content-Type" else value) for name, value in headers]
    return status, changed, body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "spoil", "check"),
    [
        ("jobs", fails_on_cursors, "ServerError"),
        ("topics", with_items(gives_a_number_for_a_name), "JsonSchemaError"),
        ("rollouts", with_items(forgets_the_next), "JsonSchemaError"),
        ("watches", says_teapot, "UndefinedStatusCode"),
        ("venues", says_text, "UndefinedContentType"),
    ],
)
def test_a_planted_mistake_is_found(fuzz, address, spoil, check):
    found = fuzz(planted(address, spoil), cases=40, only=lambda label: label == f"GET /api/v1/{address}")

    assert check in found.kinds
    assert {label for label, _ in found.failures} == {f"GET /api/v1/{address}"}

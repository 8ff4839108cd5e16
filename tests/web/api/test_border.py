"""What every request to the API passes: parameters, bodies, methods and faults of our own."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample(settings, client):
    """A client of the sample."""
    settings.ROOT_URLCONF = "tests.web.api.sample"
    return client


def send(client, body, **named):
    return client.post("/sample/venues", body, content_type="application/json", **named)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ('{"name": "a", "nam": 1}', 422, "`nam`: there is no such field"),
        ('{"name": 7}', 422, "`name`"),
        ("{}", 422, "`name`: it is missing"),
        ("[]", 422, "`body`: it must be an object."),
        ("", 422, "`body`: it is missing"),
        ('{"name": "a"', 400, "The body is no JSON"),
        ("\ufeff{}", 400, "The body is no JSON"),
        ('{"name": NaN}', 400, "The body is no JSON"),
        (b'{"name": "\xff"}', 400, "The body is no JSON"),
        ('{"name": "\\ud800"}', 400, "The body is no JSON"),
        ('{"name": "a\\u0000b"}', 422, "NUL"),
        ("[" * 33 + "]" * 33, 400, "deeper than 32 levels"),
        ("[" * 100_000 + "]" * 100_000, 400, "deeper than 32 levels"),
        ('{"name": "' + "a" * (1 << 20) + '"}', 413, "1,048,576 bytes"),
    ],
)
def test_a_wrong_body_is_refused_by_its_fault(sample, body, status, said):
    answer = send(sample, body)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert said in json.dumps(answer.json())
    assert sample.get("/sample/venues").json() == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_body_of_another_type_is_refused_with_the_type_that_is_read(sample, kind):
    answer = sample.post("/sample/venues", '{"name": "a"}', content_type=kind)

    assert (answer.status_code, answer["Accept"]) == (415, "application/json")
    assert kind in answer.json()["detail"]


def test_a_form_with_a_file_has_a_size_of_its_own(sample):
    def upload(size):
        return sample.post("/sample/files", {"file": SimpleUploadedFile("a.csv", b"x" * size)})

    assert upload(1000).json() == {"id": 1000, "name": "a.csv"}
    assert upload(3000).status_code == 413
    assert sample.post("/sample/files", "{}", content_type="application/json").status_code == 415


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_a_method_that_is_not_for_an_address_is_told_those_that_are(sample, method):
    answer = getattr(sample, method)("/sample/venues")

    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST, HEAD")
    assert answer.json()["detail"] == f"`/sample/venues` takes GET and POST, not {method.upper()}."


def test_head_is_get_without_a_body(sample):
    send(sample, '{"name": "a"}')
    answer = sample.head("/sample/venues")

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_fault_of_ours_is_a_problem_without_a_trace(sample, caplog):
    answer = sample.get("/sample/broken")

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "Division" not in answer.content.decode()
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("colour=red", "There is no parameter `colour` here; there are cursor, fields,"),
        ("limit=1&limit=2", "`limit` is given 2 times; give it once."),
        ("symbol=a%00b", "`symbol` holds a NUL"),
        ("fields=id,price", "there is no field `price`; there are id, strategy, version,"),
        ("since=5", "`since`: it is a moment such as 2024-07-09T16:00:00Z."),
        ("since=0001-01-01T00:00:00%2B14:00", "`since`: its year lies between 1900 and 2299."),
        ("limit=99999999999999999999999999", "`limit`: it must be less than or equal to 500."),
    ],
)
def test_a_parameter_that_would_be_passed_over_is_refused_by_name(client, query, said):
    answer = client.get(f"/api/v1/signals?{query}")

    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert [error["name"] for error in answer.json()["errors"]] == [query.split("=")[0]]


def test_a_cursor_of_one_list_is_none_of_another(client, world):
    page = client.get("/api/v1/instruments?limit=1").json()
    assert client.get(f"/api/v1/instruments?cursor={page['next']}").status_code == 200

    for address in ("strategies?", "candles?symbol=BTC/USDT&", "signals?"):
        answer = client.get(f"/api/v1/{address}cursor={page['next']}")
        assert (answer.status_code, answer.json()["errors"][0]["name"]) == (422, "cursor")
    following = client.get("/api/v1/signals?state=settled&limit=1").json()["next"]
    assert client.get(f"/api/v1/outcomes?cursor={following}").status_code == 200
    assert client.get(f"/api/v1/signals?state=published&cursor={following}").status_code == 422


def test_only_the_chosen_fields_come(client, world):
    page = client.get("/api/v1/signals?limit=3&fields=id,symbol,%20side").json()

    assert [list(item) for item in page["items"]] == [["id", "symbol", "side"]] * 3
    assert page["next"]
    whole = client.get("/api/v1/signals?limit=3").json()["items"]
    assert [item["id"] for item in page["items"]] == [item["id"] for item in whole]

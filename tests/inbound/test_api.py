"""`POST /api/v1/inbound/{source}`: what TradingView and other programs send, and what they are answered."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from heliograph.inbound.models import Alert, Source
from heliograph.inbound.sources import Asked, add_source
from heliograph.kit.clock import utc_now
from tests.signals.world import feed_one, make_venue, walk

pytestmark = pytest.mark.django_db

HOUR = 3_600_000


@pytest.fixture
def secret(db):
    """Of a source whose instrument has candles up to now."""
    batch, (instrument,) = make_venue()
    now = int(utc_now().timestamp() * 1000)
    feed_one(batch, instrument, walk(7, 5, start=now // HOUR * HOUR - 5 * HOUR), at=utc_now())
    return add_source("desk", asked=Asked(), at=utc_now() - timedelta(days=1))[1]


def send(body, *, source="desk", query="", kind="application/json", **named):
    """As somebody who is not signed in."""
    content = json.dumps(body) if isinstance(body, dict) else body
    return Client(enforce_csrf_checks=True).post(
        f"/api/v1/inbound/{source}{query}", content, content_type=kind, **named
    )


def told(answer):
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["detail"]


OK = {"symbol": "BINANCE:BTCUSDT", "action": "buy", "stop": 1}


def test_an_alert_is_taken_and_answered_with_what_was_read(secret):
    answer = send(OK | {"secret": secret})
    alert = Alert.objects.get()
    assert (answer.status_code, answer.json()) == (
        202,
        {
            "id": alert.pk,
            "state": "waiting",
            "known": False,
            "reason": "",
            "action": "long",
            "symbol": "BTC/USDT",
            "venue": "file",
            "bar_time": alert.bar_time.isoformat().replace("+00:00", "Z"),
            "received_at": answer.json()["received_at"],
        },
    )


def test_a_repeat_is_answered_200_and_not_stored_twice(secret):
    named = OK | {"secret": secret, "id": "7"}
    assert [send(named).status_code for _ in range(3)] == [202, 200, 200]
    assert send(named).json()["known"] is True
    assert Alert.objects.count() == 1


@pytest.mark.parametrize(
    "kind", ["text/plain; charset=utf-8", "application/json", "application/octet-stream"]
)
def test_text_is_taken_whatever_its_type_says(secret, kind):
    answer = send(f"buy BINANCE:BTCUSDT stop=1 secret={secret}", kind=kind)
    assert (answer.status_code, answer.json()["action"]) == (202, "long")


def test_the_secret_may_stand_in_the_address_or_a_header(secret):
    assert send("buy BTCUSDT id=1", kind="text/plain", query=f"?secret={secret}").status_code == 202
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    assert send("buy BTCUSDT id=2", kind="text/plain", **bearer).status_code == 202


@pytest.mark.parametrize("source", ["desk", "nobody", "a%00b", "x" * 300])
def test_who_has_no_secret_is_answered_alike(secret, source):
    status, detail = told(send(OK | {"secret": "wrong"}, source=source))
    if source in ("desk", "nobody"):
        assert (status, detail) == (404, "There is no such source, or the secret is not its own.")
    assert status in (404, 422)
    assert Alert.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (OK | {"symbol": "ETHUSDT"}, 422, "There are no 1h candles of ETHUSDT"),
        (OK | {"colour": "red"}, 422, "There is no field `colour` in an alert."),
        (OK | {"time": "2020-01-01T00:00:00Z"}, 422, "before the alert came"),
        (OK | {"interval": "D"}, 422, "of the timeframe 1d, the source of 1h"),
        ("{", 422, "begins like JSON and is none"),
        ("", 422, "The body is empty"),
        (b"\xff\xfe\x00", 422, "no text in UTF-8"),
        ("x" * 20_000, 413, "at most 16,384 bytes"),
    ],
)
def test_what_cannot_be_followed_is_a_problem_in_a_sentence(secret, body, status, sentence):
    found = told(send(body, query=f"?secret={secret}"))
    assert found[0] == status
    assert sentence in found[1]


def test_too_many_wait_as_long_as_they_are_told(secret):
    Source.objects.update(per_minute=1)
    query = f"?secret={secret}"
    assert send(OK | {"id": "1"}, query=query).status_code == 202
    answer = send(OK | {"id": "2"}, query=query)
    assert told(answer)[0] == 429
    assert 1 <= int(answer["Retry-After"]) <= 60


def test_another_address_is_refused(secret):
    Source.objects.update(addresses=["52.89.214.238"])
    query = f"?secret={secret}"
    assert told(send(OK, query=query)) == (403, "This source takes no alerts from 127.0.0.1.")
    assert send(OK, query=query, REMOTE_ADDR="52.89.214.238").status_code == 202


def test_other_methods_and_parameters_are_refused(secret):
    assert told(Client().get("/api/v1/inbound/desk"))[0] == 405
    assert told(send(OK, query="?secrte=x")) == (
        422,
        "There is no parameter `secrte` here; there are secret.",
    )


def test_it_takes_few_statements(secret, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        assert send(OK | {"secret": secret}).status_code == 202

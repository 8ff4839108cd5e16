"""Acts that ask somebody outside: told before, and with what came of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from heliograph.accounts.models import AuditEntry
from heliograph.fleet.models import Job
from heliograph.market.models import Instrument, Venue, Watch
from heliograph.notices.channel import add_channel
from heliograph.notices.models import Sending
from heliograph.web.models import KeptAnswer
from tests.market.exchange.conftest import binance, exchange, shared_binance
from tests.signals.world import NOW

__all__ = ["binance", "exchange", "shared_binance"]
pytestmark = pytest.mark.django_db
ETH = "ETH/USDT"


def told():
    """What the trail tells: action, subject, and which part of the act."""
    rows = AuditEntry.objects.exclude(action="sign-in").order_by("pk")
    return [(one.action, one.subject, one.details["step"]) for one in rows]


def post(client, path, body=None, **headers):
    return client.post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)


def test_reading_a_list_is_told_before_and_with_what_it_changed(client, exchange, binance):
    exchange.delist(ETH)
    answer = post(client, "venues/binance/sync")

    assert (answer.status_code, answer.json()["delisted"]) == (200, 1)
    assert Instrument.objects.get(symbol=ETH).delisted_at is not None
    assert told() == [("venue.sync", "binance", "asked"), ("venue.sync", "binance", "done")]
    assert AuditEntry.objects.latest("pk").details["delisted"] == 1


def test_that_an_exchange_did_not_answer_is_told_too(client, exchange, binance):
    Venue.objects.filter(pk=binance.pk).update(url="http://127.0.0.1:9")
    answer = client.post("/data/sources/act", {"act": "sync", "venue": "binance"})

    assert answer.status_code == 422
    assert told() == [("venue.sync", "binance", "asked"), ("venue.sync", "binance", "failed")]
    assert "binance" in AuditEntry.objects.latest("pk").details["why"]


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_an_exchange_and_its_list_is_stored_with_what_is_told(
    client, exchange, shared_binance
):
    with CaptureQueriesContext(connection) as seen:
        assert post(client, "venues/binance/sync").status_code == 200
    said = [query["sql"] for query in seen]
    asked, done = (place for place, sql in enumerate(said) if sql.startswith('INSERT INTO "accounts_audit'))
    stored = next(place for place, sql in enumerate(said) if "synced_at" in sql and sql.startswith("UPDATE"))
    begun = max(place for place, sql in enumerate(said[:done]) if sql == "BEGIN")
    assert "COMMIT" in said[asked:begun]
    assert asked < begun < stored < done
    assert "COMMIT" not in said[begun:done]


def test_watches_their_job_and_their_entry_are_stored_together(client, exchange, binance):
    body = {"symbols": [ETH], "timeframe": "5m", "since": "2024-03-04T00:00:00Z", "venue": "binance"}
    answer = post(client, "watches", body)

    assert answer.status_code == 201
    assert answer.json()["watches"] == [Watch.objects.get().pk]
    assert Job.objects.get().arguments == {"watches": [Watch.objects.get().pk]}
    assert told() == [("watch.add", ETH, "asked"), ("watch.add", ETH, "done")]


def test_what_can_be_told_at_once_is_refused_before_anybody_is_asked(client, db):
    answer = post(client, "watches", {"symbols": [ETH], "timeframe": "5m", "since": "2024-03-04"})

    assert answer.status_code == 422
    assert told() == []


def test_a_test_of_a_channel_is_told_with_whether_it_was_taken(client, db):
    add_channel("desk", kind="log", options={}, at=NOW)
    assert post(client, "channels/desk/test").json()["sent"] is True
    assert told() == [("channel.test", "desk", "asked"), ("channel.test", "desk", "done")]
    assert AuditEntry.objects.latest("pk").details["sent"] is True

    client.post("/notices/channels/act", {"act": "test", "of": "desk"})
    assert (len(told()), Sending.objects.filter(reason="test").count()) == (4, 2)


def test_an_act_under_the_same_key_asks_once(client, db):
    add_channel("desk", kind="log", options={}, at=NOW)
    first, again = (post(client, "channels/desk/test", **{"Idempotency-Key": "k"}) for _ in range(2))

    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    assert Sending.objects.count() == 1


def test_while_an_act_is_under_way_its_key_is_taken_and_one_that_failed_is_free(client, binance):
    key = {"Idempotency-Key": "k"}
    assert post(client, "venues/binance/sync", **key).status_code == 200
    KeptAnswer.objects.update(status=102, body=b"")
    busy = post(client, "venues/binance/sync", **key)
    assert (busy.status_code, busy["Retry-After"]) == (409, "1")

    KeptAnswer.objects.all().delete()
    Venue.objects.filter(pk=binance.pk).update(url="http://127.0.0.1:9")
    assert post(client, "venues/binance/sync", **key).status_code == 502
    assert not KeptAnswer.objects.exists()

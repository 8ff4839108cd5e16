"""Writes that a client repeats under the same key."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from heliograph.kit.clock import utc_now
from heliograph.market.models import Venue
from heliograph.web.models import KeptAnswer
from tests.web.people import person_with, signed_in


@pytest.fixture
def sample(settings, client):
    """A client of the sample."""
    settings.ROOT_URLCONF = "tests.web.api.sample"
    return client


def send(client, name, key):
    headers = {"Idempotency-Key": key} if key is not None else {}
    return client.post("/sample/venues", {"name": name}, content_type="application/json", headers=headers)


@pytest.mark.django_db
def test_a_repeated_write_is_done_once_and_answered_the_same(sample):
    first, again = send(sample, "a", "k1"), send(sample, "a", "k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again["Content-Type"]) == (first.content, first["Content-Type"])
    assert (first.has_header("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (False, "true")
    assert Venue.objects.count() == 1


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_refused(sample):
    send(sample, "a", "k1")
    answer = send(sample, "b", "k1")

    assert (answer.status_code, answer.json()["errors"][0]["name"]) == (422, "Idempotency-Key")
    assert Venue.objects.count() == 1


@pytest.mark.django_db
def test_a_refused_write_leaves_nothing_and_its_key_is_free(sample):
    assert send(sample, "no", "k1").status_code == 409
    assert (Venue.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    assert send(sample, "yes", "k1").status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
def test_a_key_is_short_and_printable(sample, key):
    assert send(sample, "a", key).status_code == 422


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(sample):
    send(sample, "a", "k1")
    KeptAnswer.objects.update(created_at=utc_now() - timedelta(hours=25))

    assert send(sample, "b", "k1").status_code == 201
    assert send(sample, "c", "k2").status_code == 201
    assert list(KeptAnswer.objects.order_by("key").values_list("key", flat=True)) == ["k1", "k2"]


@pytest.mark.django_db
def test_others_have_keys_of_their_own(sample):
    send(sample, "a", "k1")
    assert send(signed_in(person_with("admin", "another")), "b", "k1").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_while_a_key_is_being_answered_another_request_of_it_waits_for_nothing(sample):
    begun, let_go = threading.Event(), threading.Event()

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            lock = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
            cursor.execute(lock, [f"idempotent person:{person_with('admin').pk} k1"])
            begun.set()
            let_go.wait(60)
            cursor.execute("ROLLBACK")
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert begun.wait(60)
    answer = send(sample, "a", "k1")
    let_go.set()
    holder.join()

    assert (answer.status_code, answer["Retry-After"]) == (409, "1")
    assert send(sample, "a", "k1").status_code == 201

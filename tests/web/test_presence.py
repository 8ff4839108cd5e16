"""Who counts as there: people do, what a page asks for by itself does not."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from heliograph.accounts.models import Person
from heliograph.accounts.people import add_person
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.presence import SEEN, zone_of
from tests.web.streaming import Listener, served

pytestmark = pytest.mark.django_db
BY_ITSELF = {"Heliograph-Background": "true", "HX-Request": "true"}


@pytest.fixture
def ann():
    return add_person("Ann", role="analyst", at=utc_now(), password="nine plain words")


def rested(person, hours):
    """A browser in which that person did something so many hours ago, and nothing since."""
    client = Client()
    client.force_login(person)
    client.get("/about/")
    session, then = client.session, utc_now() - timedelta(hours=hours)
    session[SEEN] = then.timestamp()
    session.save()
    Person.objects.filter(pk=person.pk).update(last_seen=then)
    UserSession.objects.filter(user=person).update(last_seen_at=then)
    return client, then


@pytest.mark.parametrize("address", ["/overview/lists?seen=1", "/replays/frame", "/work/queues/"])
def test_what_a_page_looks_up_by_itself_is_no_use_of_a_session(ann, address):
    client, then = rested(ann, hours=60)
    assert client.get(address, headers=BY_ITSELF).status_code == 200
    assert client.session[SEEN] == then.timestamp()
    assert Person.objects.get(pk=ann.pk).last_seen == then
    assert set(UserSession.objects.values_list("last_seen_at", flat=True)) <= {then}


def test_the_stream_of_events_is_no_use_of_a_session(ann):
    client, then = rested(ann, hours=60)
    client.get("/api/v1/events?beats=true")
    assert client.session[SEEN] == then.timestamp()


def test_the_same_look_by_a_person_is_use(ann):
    client, then = rested(ann, hours=60)
    client.get("/overview/lists?seen=1", headers={"HX-Request": "true"})
    assert client.session[SEEN] > then.timestamp()
    assert Person.objects.get(pk=ann.pk).last_seen > then


def test_a_page_that_was_left_open_is_led_to_the_sign_in_when_the_session_has_rested_too_long(ann):
    client, _ = rested(ann, hours=73)
    headers = {**BY_ITSELF, "HX-Current-URL": "http://testserver/signals/?side=long"}
    answer = client.get("/overview/lists?seen=1", headers=headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/account/login/?next=%2Fsignals%2F%3Fside%3Dlong"


@pytest.mark.django_db(transaction=True)
def test_a_stream_that_is_checked_again_and_again_lets_a_session_rest(ann):
    client, then = rested(ann, hours=60)
    key = client.cookies["sessionid"].value
    with served(recheck=0.1, heartbeat=0.2) as run:
        listener = Listener(run.port, headers=[f"Cookie: sessionid={key}"], secret="", beats="true")
        assert listener.status == 200
        for _ in range(6):
            assert listener.frame() is not None
        listener.close()
    assert client.session[SEEN] == then.timestamp()


@pytest.mark.parametrize(
    ("chosen", "browser", "zone"),
    [
        ("", "Europe/Helsinki", "Europe/Helsinki"),
        ("Asia/Tokyo", "Europe/Helsinki", "Asia/Tokyo"),
        ("UTC", "Europe/Helsinki", "UTC"),
        ("", "", "UTC"),
        ("", "../../etc/passwd", "UTC"),
        ("Nowhere/Land", "Europe/Helsinki", "Europe/Helsinki"),
    ],
)
def test_the_zone_is_that_of_the_person_and_else_that_of_the_browser(chosen, browser, zone):
    assert zone_of(Person(time_zone=chosen), browser=browser).key == zone


def test_a_page_is_in_the_zone_that_the_browser_told(ann):
    client, _ = rested(ann, hours=1)
    client.cookies["zone"] = "Europe/Helsinki"
    page = client.get("/signals/").content.decode()
    assert '<html lang="en" data-zone="Europe/Helsinki"' in page

"""Coming in: by a link, by a password, by a second factor; and being kept out."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from heliograph.accounts import links
from heliograph.accounts.models import AuditEntry, Person
from heliograph.accounts.people import add_person, role_of
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.presence import BEGAN, SEEN

pytestmark = pytest.mark.django_db
PASSWORD = "nine plain words"
LOGIN = "/account/login/"


@pytest.fixture
def ann():
    return add_person("Ann", role="analyst", at=utc_now(), password=PASSWORD)


def sign_in(client, name="Ann", password=PASSWORD, **words):
    return client.post(LOGIN, {"login": name, "password": password}, **words)


def who(client):
    """The name that the page of settings shows; None where it asks to sign in."""
    answer = client.get("/settings/")
    return answer.context["me"].name if answer.status_code == 200 else None


def code_of(person, *, at):
    """The code that an app would show, computed from the stored secret as RFC 6238 says."""
    secret = Authenticator.objects.get(user=person, type="totp").wrap()
    return format_hotp_value(hotp_value(secret_of(secret), int(at // 30)))


def secret_of(totp):
    from allauth.mfa.adapter import get_adapter

    return get_adapter().decrypt(totp.instance.data["secret"])


def test_whoever_is_nobody_is_asked_to_sign_in_and_comes_back(nobody, ann):
    answer = nobody.get("/signals/?side=long")
    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next=%2Fsignals%2F%3Fside%3Dlong")

    answer = nobody.post(
        answer["Location"], {"login": "Ann", "password": PASSWORD, "next": "/signals/?side=long"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/signals/?side=long")


def test_signing_in_leads_nowhere_else(nobody, ann):
    answer = nobody.post(LOGIN, {"login": "Ann", "password": PASSWORD, "next": "https://example.org/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("name", ["Ann", "ann", "ANN"])
def test_a_name_is_taken_in_whatever_case(nobody, ann, name):
    sign_in(nobody, name)
    assert who(nobody) == "Ann"


def test_a_wrong_password_and_an_unknown_name_look_the_same(nobody, ann):
    wrong, unknown = sign_in(nobody, password="another password"), sign_in(nobody, "Zoe")
    assert [page.context["form"].errors["__all__"] for page in (wrong, unknown)] == [
        ["Name and password do not belong together."]
    ] * 2
    assert who(nobody) is None


def test_the_session_gets_another_key_when_somebody_signs_in(nobody, ann):
    session = nobody.session
    session["mark"] = "set before"
    session.save()
    before = session.session_key
    sign_in(nobody)
    assert nobody.session.session_key != before
    assert not Client(cookies=None).session.exists(before)


def test_after_five_guesses_even_the_right_password_is_refused(nobody, ann):
    for guess in range(5):
        sign_in(nobody, password=f"guess number {guess}")
    answer = sign_in(nobody)
    assert answer.context["form"].errors["__all__"] == [
        "Too many failed attempts; wait ten minutes, then try again."
    ]
    assert who(nobody) is None


def test_guesses_from_many_addresses_and_host_names_count_together(settings, ann):
    settings.ALLOWED_HOSTS = ["*"]
    for guess in range(5):
        sign_in(Client(REMOTE_ADDR=f"192.0.2.{guess}", HTTP_HOST=f"host{guess}.example"), password="guess")
    other = Client(REMOTE_ADDR="198.51.100.1")
    sign_in(other)
    assert who(other) is None


def test_one_address_guesses_at_twenty_names_and_no_more(nobody, ann):
    guesser = Client(REMOTE_ADDR="192.0.2.7")
    for number in range(20):
        sign_in(guesser, f"name{number}", "guess")
    sign_in(guesser)
    assert who(guesser) is None

    sign_in(nobody)
    assert who(nobody) == "Ann"


def test_an_address_cannot_be_made_up_in_a_header(ann):
    for number in range(20):
        sign_in(Client(), f"name{number}", "guess", headers={"X-Forwarded-For": f"192.0.2.{number}"})
    forger = Client(headers={"X-Forwarded-For": "198.51.100.1"})
    sign_in(forger)
    assert who(forger) is None


def test_a_right_password_is_not_counted_as_a_guess(nobody, ann):
    for _ in range(8):
        sign_in(nobody)
        assert who(nobody) == "Ann"
        nobody.logout()


def test_somebody_disabled_is_let_in_no_more_and_their_session_ends(nobody, ann):
    sign_in(nobody)
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    assert who(nobody) is None
    assert sign_in(nobody)["Location"] == "/account/inactive/"


def test_signing_out_asks_first_and_then_ends_the_session(nobody, ann):
    sign_in(nobody)
    assert nobody.get("/account/logout/").status_code == 200
    assert who(nobody) == "Ann"
    nobody.post("/account/logout/")
    assert who(nobody) is None


def test_the_trail_tells_of_coming_in_of_guesses_and_of_leaving(nobody, ann):
    sign_in(nobody, password="a guess")
    sign_in(nobody)
    nobody.post("/account/logout/")
    told = list(AuditEntry.objects.order_by("pk").values_list("action", "actor", "subject", "details"))
    assert told == [
        ("sign-in.failed", "nobody", "Ann", {"from": "127.0.0.1"}),
        ("sign-in", "Ann", "Ann", {"from": "127.0.0.1"}),
        ("sign-out", "Ann", "Ann", {"from": "127.0.0.1"}),
    ]


def aged(client, **ages):
    """The session as if it had begun, or been used, that long ago."""
    session = client.session
    for name, age in ages.items():
        session[name] = (utc_now() - age).timestamp()
    session.save()


@pytest.mark.parametrize(
    ("ages", "stays"),
    [
        ({SEEN: timedelta(hours=71)}, True),
        ({SEEN: timedelta(hours=73)}, False),
        ({BEGAN: timedelta(hours=719)}, True),
        ({BEGAN: timedelta(hours=721)}, False),
    ],
)
def test_a_session_ends_when_it_rests_or_lasts_too_long(nobody, ann, ages, stays):
    sign_in(nobody)
    who(nobody)
    aged(nobody, **ages)
    assert who(nobody) == ("Ann" if stays else None)
    assert who(nobody) == ("Ann" if stays else None)


def test_using_a_session_lets_it_rest_anew_but_not_last_longer(nobody, ann):
    sign_in(nobody)
    who(nobody)
    aged(nobody, **{BEGAN: timedelta(hours=700), SEEN: timedelta(hours=60)})
    began = nobody.session[BEGAN]
    who(nobody)
    assert utc_now().timestamp() - nobody.session[SEEN] < 60
    assert nobody.session[BEGAN] == began


def test_cookies_are_for_the_server_alone_and_for_https_where_it_is_used(nobody, ann, settings):
    sign_in(nobody)
    cookie = nobody.cookies["sessionid"]
    assert (bool(cookie["httponly"]), cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", False)

    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    safe = Client()
    safe.get(LOGIN)
    sign_in(safe)
    assert all(safe.cookies[name]["secure"] for name in ("sessionid", "csrftoken"))


def test_nobody_signs_up_unasked(nobody):
    for address in ("/account/signup/", "/accounts/signup/", "/account/password/reset/", "/account/email/"):
        assert nobody.get(address).status_code == 404


def test_an_invited_person_chooses_name_and_password_and_is_in(nobody):
    made = links.invite("Ben", role="operator", at=utc_now())
    page = nobody.get(made.path)
    assert page.context["form"].initial == {"name": "Ben"}

    answer = nobody.post(made.path, {"name": "Benjamin", "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert who(nobody) == "Benjamin"
    assert role_of(Person.objects.get(name="Benjamin")) == "operator"
    assert Client().get(made.path).status_code == 410


@pytest.mark.parametrize(
    ("name", "password", "field", "words"),
    [
        ("Ben", "short", "password", "at least 12 characters"),
        ("Ben", "password1234", "password", "too common"),
        ("Benjamin Button", "benjamin button", "password", "too similar to the name"),
        ("a/b", PASSWORD, "name", "Use letters"),
        ("ANN", PASSWORD, "name", "Somebody is named 'ANN' already"),
        ("", PASSWORD, "name", "required"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_the_link_goes_on_working(
    nobody, ann, name, password, field, words
):
    made = links.invite("Ben", role="viewer", at=utc_now())
    answer = nobody.post(made.path, {"name": name, "password": password})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert nobody.get(made.path).status_code == 200


def test_the_owner_enters_by_the_printed_link_at_once_and_once(nobody):
    made = links.first_link(loopback=True, at=utc_now())
    answer = nobody.get(made.path)
    assert (answer.status_code, answer["Location"], who(nobody)) == (302, "/", "owner")
    assert Client().get(made.path).status_code == 410


def test_asking_only_for_the_head_of_a_link_does_not_use_it_up(nobody):
    made = links.first_link(loopback=True, at=utc_now())
    assert nobody.head(made.path).status_code == 200
    nobody.get(made.path)
    assert who(nobody) == "owner"


def test_a_new_password_signs_out_whoever_came_in_by_the_old(nobody, ann):
    elsewhere = Client()
    sign_in(elsewhere)
    made = links.reset_link(ann, at=utc_now())
    nobody.post(made.path, {"password": "ten other plain words"})
    assert (who(nobody), who(elsewhere)) == ("Ann", None)
    sign_in(elsewhere)
    assert who(elsewhere) is None


def protect(client):
    """Set up an app that shows codes, as a person would; returns the recovery codes."""
    client.get("/settings/security/app/")
    client.post("/account/again/", {"password": PASSWORD, "next": "/settings/security/app/"})
    secret = client.get("/settings/security/app/").context["form"].secret
    now = format_hotp_value(hotp_value(secret, int(time.time() // 30)))
    answer = client.post("/settings/security/app/", {"code": now})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/security/codes/")
    return client.get("/settings/security/codes/").context["unused_codes"]


def test_who_has_an_app_is_asked_for_its_code(nobody, ann):
    sign_in(nobody)
    protect(nobody)
    other = Client()
    assert sign_in(other)["Location"] == "/account/code/"
    assert who(other) is None
    # The code that set it up is used up: the next one counts.
    other.post("/account/code/", {"code": code_of(ann, at=time.time() + 30)})
    assert who(other) == "Ann"


def test_a_recovery_code_takes_the_place_of_the_app_once(nobody, ann):
    sign_in(nobody)
    code = protect(nobody)[0]
    for name, comes_in in (("first", True), ("second", False)):
        other = Client()
        sign_in(other)
        other.post("/account/code/", {"code": code})
        assert (who(other) == "Ann") is comes_in, name


def test_codes_cannot_be_guessed_for_long(nobody, ann):
    sign_in(nobody)
    protect(nobody)
    other = Client()
    sign_in(other)
    for guess in range(5):
        other.post("/account/code/", {"code": f"{guess:06}"})
    other.post("/account/code/", {"code": code_of(ann, at=time.time() + 30)})
    assert who(other) is None


def test_secrets_of_second_factors_are_not_legible_in_the_database(nobody, ann):
    sign_in(nobody)
    protect(nobody)
    stored = Authenticator.objects.get(user=ann, type="totp")
    assert secret_of(stored.wrap()) not in str(stored.data)
    assert stored.data["secret"].startswith("gAAAA")


def test_what_guards_the_account_is_changed_only_after_the_password(nobody, ann):
    sign_in(nobody)
    answer = nobody.get("/settings/security/app/")
    assert answer["Location"] == "/account/again/?next=%2Fsettings%2Fsecurity%2Fapp%2F"
    assert not Authenticator.objects.exists()


def test_a_reset_link_does_not_get_around_the_second_factor(nobody, ann):
    sign_in(nobody)
    protect(nobody)
    made = links.reset_link(ann, at=utc_now())
    other = Client()
    answer = other.post(made.path, {"password": "ten other plain words"})
    assert (answer["Location"], who(other)) == ("/account/code/", None)


def test_a_moment_is_shown_in_the_zone_of_the_person_with_utc_on_hover(nobody, ann):
    Person.objects.filter(pk=ann.pk).update(
        time_zone="Asia/Tokyo", joined_at=datetime(2024, 5, 1, 20, 30, tzinfo=UTC)
    )
    boss = add_person("boss", role="admin", at=utc_now(), password=PASSWORD)
    Person.objects.filter(pk=boss.pk).update(time_zone="Asia/Tokyo")
    sign_in(nobody, "boss")
    page = nobody.get(f"/people/{ann.pk}/").content.decode()
    assert (
        '<time datetime="2024-05-01T20:30:00Z" title="2024-05-01 20:30:00 UTC">2 May 2024 05:30</time>'
        in page
    )

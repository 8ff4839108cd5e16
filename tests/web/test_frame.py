"""The frame of every page: policy, theme, health."""

import pytest

from heliograph import __version__

POLICY = {
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


@pytest.mark.django_db
def test_no_page_may_run_what_stands_in_it(client):
    answer = client.get("/")
    page = answer.content.decode()

    assert {part.strip() for part in answer["Content-Security-Policy"].split(";")} >= POLICY
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "style=" not in page
    assert " on" + "click" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("theme", "shown"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"')]
)
def test_a_chosen_theme_is_remembered(client, theme, shown):
    answer = client.post("/theme", {"theme": theme, "next": "/about/"})

    assert (answer.status_code, answer["Location"]) == (302, "/about/")
    assert shown in client.get("/about/").content.decode()


@pytest.mark.django_db
def test_the_system_decides_until_someone_does(client):
    client.cookies["theme"] = "pink"

    assert "data-theme" not in client.get("/about/").content.decode()


@pytest.mark.django_db
def test_the_choice_of_a_theme_leads_nowhere_else(client):
    answer = client.post("/theme", {"theme": "dark", "next": "https://example.org/"})

    assert answer["Location"] == "/"


@pytest.mark.django_db
def test_an_address_that_only_does_something_says_so_to_who_opens_it(client):
    answer = client.get("/notices/channels/desk/secret")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "Nothing was done now." in page
    assert 'href="/notices/channels/desk/"' in page


@pytest.mark.django_db
def test_a_form_from_elsewhere_is_refused():
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post("/theme", {"theme": "dark"}).status_code == 403


def test_a_living_process_says_so(client):
    assert client.get("/healthz").json() == {"status": "alive"}


@pytest.mark.django_db
def test_a_process_is_ready_when_its_servers_answer(client, settings, servers):
    settings.REDIS_URL = servers["redis_url"]

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ready", "release": __version__, "database": True, "migrations": True, "redis": True},
    )


@pytest.mark.django_db
def test_a_process_without_redis_is_not_ready_and_says_which_part(client, settings):
    settings.REDIS_URL = "unix:///not/there.sock"

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["redis"], answer.json()["database"]) == (503, False, True)

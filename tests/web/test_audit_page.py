"""The page of the audit trail, and what the gate writes into it."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from heliograph.accounts.audit import Actor, record
from heliograph.accounts.models import AuditEntry
from heliograph.accounts.people import add_person
from heliograph.web.reads.audit import checked
from tests.web.people import JOINED, person_with

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def page(client, query=""):
    answer = client.get(f"/audit/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_entries_stand_newest_first_with_their_facts(client):
    told = {"share": 25, "reason": None, "limits": {"max_drop_r": "0.1"}}
    record(Actor("ann"), "strategy.promote", "Trend v2", told, at=AT)
    record(Actor("<b>ben"), "strategy.retire", "Trend v1", at=AT)

    found = page(client)
    assert found.index("strategy.retire</td>") < found.index("strategy.promote</td>")
    assert "share 25, limits (max_drop_r 0.1)" in found
    assert "&lt;b&gt;ben" in found
    assert "The trail is whole:" in found


def test_filters_narrow_and_cursors_go_on(client, django_assert_max_num_queries):
    for number in range(120):
        record(Actor("ann" if number % 2 else "ben"), "desk.look", f"thing {number}.", at=AT)

    first = page(client, "?actor=ann")
    assert ("thing 119." in first, "thing 118." in first, "thing 19." in first) == (True, False, False)
    following = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    with django_assert_max_num_queries(12):
        second = page(client, following)
    assert ("thing 119." in second, "thing 19." in second) == (False, True)
    assert "No entry fits." in page(client, "?subject=nothing")
    assert "No entry fits." in page(client, "?since=2026-01-03&action=desk.look")


def test_the_export_says_the_same_as_lines(client):
    record(Actor("ann"), "desk.look", "Ünit", {"a": 1}, at=AT)
    answer = client.get("/audit/entries.jsonl?actor=ann")

    (line,) = answer.content.decode().splitlines()
    entry = AuditEntry.objects.get(actor="ann")
    assert json.loads(line) == {
        "id": entry.pk,
        "at": "2026-01-02T03:04:00Z",
        "actor": "ann",
        "action": "desk.look",
        "subject": "Ünit",
        "details": {"a": 1},
        "previous": entry.previous,
        "digest": entry.digest,
    }
    assert "attachment" in answer["Content-Disposition"]


def test_a_broken_trail_is_said_on_the_page(client):
    from tests.cli.test_token_and_audit import behind_its_back

    entry = record(Actor("ann"), "desk.look", at=AT)
    behind_its_back("UPDATE accounts_auditentry SET actor = 'ben' WHERE id = %s", entry.pk)
    checked.forget()
    assert f"Entry {entry.pk} does not say what was written" in page(client)


def test_a_check_again_is_no_change(client):
    before = AuditEntry.objects.count()
    assert client.post("/audit/check").status_code == 302
    assert AuditEntry.objects.count() == before


def test_who_comes_in_and_who_fails_is_in_the_trail(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    add_person("ann", role="viewer", at=JOINED, password="correct horse battery")
    browser = Client()

    def sign_in(name, password):
        return browser.post("/account/login/", {"login": name, "password": password})

    sign_in("ann", "wrong")
    sign_in("hunter2", "wrong")
    assert sign_in("ann", "correct horse battery").status_code == 302
    browser.post("/account/logout/")

    told = list(AuditEntry.objects.order_by("pk").values_list("actor", "action", "subject"))
    assert told == [
        ("nobody", "sign-in.failed", "ann"),
        ("nobody", "sign-in.failed", "a name that nobody has"),
        ("ann", "sign-in", "ann"),
        ("ann", "sign-out", "ann"),
    ]
    assert AuditEntry.objects.first().details == {"from": "127.0.0.1"}


def test_an_entry_names_who_did_it_and_by_which_token(client):
    from tests.web.people import with_token

    client.post("/settings/tokens/add", {"name": "bot", "scope": "read", "days": ""})
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor, entry.actor_person, entry.action) == (
        "the admin",
        person_with("admin"),
        "token.add",
    )
    assert with_token("read").get("/api/v1/signals").status_code == 200
    assert AuditEntry.objects.latest("pk") == entry

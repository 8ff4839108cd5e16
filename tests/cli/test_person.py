"""`heliograph person`: who may come in, from the command line."""

import json
from datetime import UTC, datetime

import pytest

from heliograph.accounts.links import find_link
from heliograph.accounts.models import AuditEntry
from heliograph.accounts.people import add_person, find_person, role_of
from heliograph.accounts.teams import add_team
from heliograph.kit.clock import utc_now
from tests.cli.conftest import refused

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def ann():
    add_person("boss", role="admin", at=NOON)
    return add_person("Ann", role="viewer", at=NOON, email="ann@example.com")


def secret_in(text):
    return text.strip().rpartition("/account/enter/")[2]


def test_an_invitation_prints_a_link_that_works(heliograph, monkeypatch):
    monkeypatch.setenv("HELIOGRAPH_ADDRESS", "https://signals.example.com/")
    add_team("desk", at=NOON)
    answer = heliograph("person", "invite", "Ben", "--role", "analyst", "--team", "Desk")

    assert answer.code == 0
    assert answer.out.startswith("https://signals.example.com/account/enter/")
    link = find_link(secret_in(answer.out), at=utc_now())
    assert (link.name, link.role, link.team.name) == ("Ben", "analyst", "desk")
    assert "comes in as analyst. It works once, until " in answer.err


def test_where_the_address_is_not_known_the_path_is_printed_and_said_to_be_one(heliograph, tmp_path):
    answer = heliograph("person", "invite", "Ben", "--role", "viewer", "--home", tmp_path, "--json")
    made = json.loads(answer.out)
    assert made["link"].startswith("/account/enter/")
    assert find_link(secret_in(made["link"]), at=utc_now()).name == "Ben"


def test_the_list_names_role_teams_and_way_in(heliograph, ann):
    add_team("desk", at=NOON).members.add(ann)
    people = json.loads(heliograph("person", "list", "--json").out)
    assert people == [
        {
            "name": "Ann",
            "email": "ann@example.com",
            "role": "viewer",
            "active": True,
            "way": "link only",
            "teams": ["desk"],
            "last_seen": None,
        },
        {
            "name": "boss",
            "email": None,
            "role": "admin",
            "active": True,
            "way": "link only",
            "teams": [],
            "last_seen": None,
        },
    ]
    table = heliograph("person", "list").out
    assert "Ann" in table
    assert "desk" in table


def test_an_empty_list_says_how_to_begin(heliograph):
    assert "`heliograph person link`" in heliograph("person", "list").err


def test_a_role_is_changed_and_the_trail_tells_by_whom(heliograph, ann):
    assert heliograph("person", "role", "ann", "operator").out == "Ann has the role operator from now on.\n"
    assert role_of(find_person("Ann")) == "operator"
    told = AuditEntry.objects.latest("pk")
    assert (told.action, told.subject, told.details) == ("person.role", "Ann", {"role": "operator"})
    assert told.actor.startswith("command line: ")


def test_somebody_is_let_in_no_more_and_again(heliograph, ann):
    heliograph("person", "disable", "Ann")
    assert not find_person("Ann").is_active
    heliograph("person", "enable", "Ann")
    assert find_person("Ann").is_active


def test_links_are_for_whom_they_name(heliograph, ann):
    cases = {
        ("reset", "Ann"): ("reset", "Ann"),
        ("link", "Ann"): ("owner", "Ann"),
        ("link",): ("owner", "boss"),
    }
    for words, (kind, name) in cases.items():
        link = find_link(secret_in(heliograph("person", *words).out), at=utc_now())
        assert (link.kind, link.person.name) == (kind, name)


def test_where_nobody_is_known_a_link_makes_the_first_admin(heliograph):
    answer = heliograph("person", "link")
    assert find_link(secret_in(answer.out), at=utc_now()).kind == "first-admin"
    assert "becomes the first admin" in answer.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("role", "zoe", "viewer"), "There is nobody named 'zoe'"),
        (("disable", "boss"), "boss is the only admin; make somebody else one first."),
        (("role", "boss", "viewer"), "boss is the only admin"),
        (("invite", "ANN", "--role", "viewer"), "Somebody is named 'ANN' already"),
        (("invite", "a/b", "--role", "viewer"), "The name 'a/b' cannot be: Use letters"),
        (("invite", "ben", "--role", "viewer", "--email", "x"), "The email 'x' cannot be"),
        (("invite", "ben", "--role", "viewer", "--team", "zoo"), "There is no team 'zoo'"),
        (
            ("invite", "ben", "--role", "king"),
            "'king' is not one of 'viewer', 'analyst', 'operator', 'admin'",
        ),
        (("invite", "ben"), "Missing option '--role'"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(heliograph, ann, words, sentence):
    assert sentence in refused(heliograph("person", *words))
    assert not AuditEntry.objects.exists()

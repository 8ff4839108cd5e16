"""The pages of people, teams and of one's own settings."""

import re

import pytest
from django.test import Client

from heliograph.accounts import links
from heliograph.accounts.models import AuditEntry, Person, StrategyOwner, Team
from heliograph.accounts.people import add_person, role_of
from heliograph.accounts.teams import add_team, give_strategy
from heliograph.kit.clock import utc_now
from heliograph.signals.models import Strategy
from tests.web.people import person_with, signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "nine plain words"


@pytest.fixture
def ann(db):
    return add_person("Ann", role="viewer", at=utc_now(), email="ann@example.com", password=PASSWORD)


def newest_entry():
    entry = AuditEntry.objects.latest("pk")
    return entry.actor, entry.action, entry.subject, entry.details


def test_an_invitation_is_shown_once_and_works(client):
    desk = add_team("desk", at=utc_now())
    page = client.post(
        "/people/invite", {"name": "Ben", "role": "operator", "email": "ben@example.com", "team": desk.pk}
    )
    link = re.search(r'value="http://testserver(/account/enter/[\w-]+)"', page.content.decode())[1]
    found = links.find_link(link.rpartition("/")[2], at=utc_now())

    assert (found.name, found.role, found.email, found.team, found.made_by.name) == (
        "Ben",
        "operator",
        "ben@example.com",
        desk,
        "the admin",
    )
    assert newest_entry() == ("the admin", "person.invite", "Ben", {"role": "operator", "team": "desk"})
    assert link not in client.get("/people/").content.decode()


def test_a_withdrawn_invitation_no_longer_works(client):
    made = links.invite("Ben", role="viewer", at=utc_now())
    assert "Ben" in client.get("/people/").content.decode()
    client.post(f"/people/invitations/{made.invitation.pk}/withdraw")
    assert Client().get(made.path).status_code == 410
    assert [one.name for one in client.get("/people/").context["invitations"]] == []


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"name": "ann"}, "name", "Somebody is named 'ann' already"),
        ({"name": "a/b"}, "name", "Use letters"),
        ({"role": "king"}, "role", "king is not one of the available choices"),
        ({"email": "nowhere"}, "email", "Enter a valid email address"),
        ({"team": "99"}, "team", "not one of the available choices"),
    ],
)
def test_what_cannot_be_invited_is_said_at_its_field(client, ann, given, field, words):
    answer = client.post("/people/invite", {"name": "Ben", "role": "viewer"} | given)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])


def test_a_role_is_changed_and_told(client, ann):
    client.post(f"/people/{ann.pk}/role", {"role": "analyst"})
    assert role_of(Person.objects.get(pk=ann.pk)) == "analyst"
    assert newest_entry() == ("the admin", "person.role", "Ann", {"role": "analyst"})


def test_the_last_admin_is_neither_disabled_nor_made_less(client):
    me = person_with("admin")
    for act, data in (("disable", {}), ("role", {"role": "viewer"})):
        page = client.post(f"/people/{me.pk}/{act}", data, follow=True).content.decode()
        assert "the admin is the only admin; make somebody else one first." in page
    assert Person.objects.get(pk=me.pk).is_active


def test_somebody_disabled_is_out_at_once(client, ann):
    theirs = signed_in(ann)
    assert theirs.get("/").status_code == 200
    client.post(f"/people/{ann.pk}/disable")
    assert theirs.get("/").status_code == 302
    client.post(f"/people/{ann.pk}/enable")
    assert Person.objects.get(pk=ann.pk).is_active


def test_an_act_that_there_is_not_is_not_found(client, ann):
    assert client.post(f"/people/{ann.pk}/crown").status_code == 404
    assert client.post("/people/999999/disable").status_code == 404


def test_a_reset_link_is_shown_once(client, ann):
    page = client.post(f"/people/{ann.pk}/reset").content.decode()
    link = re.search(r"/account/enter/([\w-]+)", page)[1]
    assert links.find_link(link, at=utc_now()).person == ann


def test_a_team_has_the_members_that_were_ticked(client, ann):
    answer = client.post("/people/teams/new", {"name": "desk"})
    team = Team.objects.get()
    assert answer["Location"] == f"/people/teams/{team.pk}/"
    client.post(f"/people/teams/{team.pk}/members", {"person": [ann.pk]})
    assert list(team.members.all()) == [ann]
    assert newest_entry() == ("the admin", "team.members", "desk", {"members": ["Ann"]})
    client.post(f"/people/teams/{team.pk}/members", {})
    assert list(team.members.all()) == []


def test_two_teams_have_two_names(client):
    client.post("/people/teams/new", {"name": "desk"})
    page = client.post("/people/teams/new", {"name": "DESK"}, follow=True).content.decode()
    assert "A team is named &#x27;DESK&#x27; already" in page


def test_a_team_owns_what_was_ticked_and_takes_nothing_from_others(client, ann):
    free, taken = (Strategy.objects.create(name=name, created_at=utc_now()) for name in ("Free", "Taken"))
    give_strategy(taken, person=ann)
    team = add_team("desk", at=utc_now())

    client.post(f"/people/teams/{team.pk}/strategies", {"strategy": [free.pk, taken.pk]})
    assert {row.strategy.name: str(row.team or row.person) for row in StrategyOwner.objects.all()} == {
        "Free": "desk",
        "Taken": "Ann",
    }
    page = client.post(f"/people/teams/{team.pk}/remove", follow=True).content.decode()
    assert "desk owns strategies; give them to somebody else first." in page

    client.post(f"/people/teams/{team.pk}/strategies", {})
    assert [row.strategy.name for row in StrategyOwner.objects.all()] == ["Taken"]
    client.post(f"/people/teams/{team.pk}/remove")
    assert not Team.objects.exists()


def test_settings_are_saved_and_bad_ones_said(client):
    answer = client.post(
        "/settings/",
        {"name": "Ada", "email": "ada@example.com", "time_zone": "Europe/Berlin", "candles": "teal-red"},
    )
    assert answer.status_code == 302
    me = Person.objects.get(name="Ada")
    assert (me.email, me.time_zone, me.candles) == ("ada@example.com", "Europe/Berlin", "teal-red")
    assert 'data-candles="teal-red"' in client.get("/settings/").content.decode()

    add_person("Ann", role="viewer", at=utc_now())
    refused = client.post("/settings/", {"name": "ann", "time_zone": "Mars/Base", "candles": "pink"})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"name", "time_zone", "candles"}
    assert Person.objects.get(pk=me.pk).name == "Ada"


def test_a_theme_goes_along_to_another_browser(client):
    client.post("/theme", {"theme": "dark", "next": "/"})
    other = signed_in(person_with("admin"))
    assert 'data-theme="dark"' in other.get("/settings/").content.decode()


def test_only_ones_own_sessions_are_seen_and_ended(ann, nobody):
    def come_in(name):
        browser = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"})
        browser.post("/account/login/", {"login": name, "password": PASSWORD})
        return browser

    add_person("Ben", role="viewer", at=utc_now(), password=PASSWORD)
    here, there, bens = come_in("Ann"), come_in("Ann"), come_in("Ben")
    lines = here.get("/settings/sessions/").context["lines"]
    assert [(line.what, line.is_this) for line in lines] == [
        ("Firefox on Linux", True),
        ("Firefox on Linux", False),
    ]
    [of_ben] = bens.get("/settings/sessions/").context["lines"]
    assert here.post("/settings/sessions/end", {"session": of_ben.id}).status_code == 404
    assert here.post("/settings/sessions/end", {"session": lines[0].id}).status_code == 404

    here.post("/settings/sessions/end", {"session": lines[1].id})
    states = [browser.get("/settings/").status_code for browser in (here, there, bens)]
    assert states == [200, 302, 200]


def test_the_page_of_people_asks_as_much_for_many_as_for_few(client, django_assert_max_num_queries):
    client.get("/people/")
    with django_assert_max_num_queries(20) as few:
        client.get("/people/")
    asked = len(few)
    for number in range(30):
        person = add_person(f"person {number}", role="viewer", at=utc_now())
        team = add_team(f"team {number}", at=utc_now())
        team.members.add(person)
        links.invite(f"guest {number}", role="viewer", at=utc_now(), team=team, made_by=person)
    with django_assert_max_num_queries(asked):
        client.get("/people/")


def test_the_page_of_sessions_asks_as_much_for_many_as_for_few(ann, django_assert_max_num_queries):
    browsers = [Client() for _ in range(8)]
    for browser in browsers[:2]:
        browser.post("/account/login/", {"login": "Ann", "password": PASSWORD})
    browsers[0].get("/settings/sessions/")
    with django_assert_max_num_queries(20) as few:
        browsers[0].get("/settings/sessions/")
    asked = len(few)
    for browser in browsers[2:]:
        browser.post("/account/login/", {"login": "Ann", "password": PASSWORD})
    with django_assert_max_num_queries(asked):
        assert len(browsers[0].get("/settings/sessions/").context["lines"]) == 8

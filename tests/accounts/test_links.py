"""One-time links let in whom they are for, once, and not for long."""

from datetime import UTC, datetime, timedelta

import pytest

from heliograph.accounts import links
from heliograph.accounts.errors import BadLink, NameTaken, NoSuchRole
from heliograph.accounts.models import Invitation, Person
from heliograph.accounts.people import add_person, find_person, role_of, set_active
from heliograph.accounts.teams import add_team

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
PASSWORD = "nine plain words"


def secret_of(path):
    return path.removeprefix("/account/enter/")


def test_an_invited_person_comes_in_with_role_and_team():
    boss, desk = add_person("boss", role="admin", at=NOON), add_team("desk", at=NOON)
    made = links.invite("ann", role="analyst", email="ann@example.com", team=desk, at=NOON, made_by=boss)

    found = links.find_link(secret_of(made.path), at=NOON + timedelta(days=6))
    ann = links.come_in(found, name="Ann Smith", password=PASSWORD, at=NOON)

    assert (ann.name, ann.email, role_of(ann), list(desk.members.all())) == (
        "Ann Smith",
        "ann@example.com",
        "analyst",
        [ann],
    )
    assert ann.check_password(PASSWORD)


def test_the_database_holds_no_secret_of_a_link():
    made = links.invite("ann", role="viewer", at=NOON)
    row = Invitation.objects.values().get()
    assert made.secret not in str(row)
    assert len(made.secret) >= 32


def test_a_link_works_once():
    made = links.invite("ann", role="viewer", at=NOON)
    found = links.find_link(made.secret, at=NOON)
    links.come_in(found, name="ann", password=PASSWORD, at=NOON)

    with pytest.raises(BadLink, match="used already"):
        links.find_link(made.secret, at=NOON)
    with pytest.raises(BadLink, match="used already"):
        links.come_in(found, name="ben", password=PASSWORD, at=NOON)
    assert not Person.objects.filter(name="ben").exists()


@pytest.mark.parametrize(("kind", "days"), [("invite", 7), ("reset", 1), ("owner", 1 / 24)])
def test_a_link_becomes_too_old(kind, days):
    ann = add_person("ann", role="viewer", at=NOON)
    make = {
        "invite": lambda: links.invite("ben", role="viewer", at=NOON),
        "reset": lambda: links.reset_link(ann, at=NOON),
        "owner": lambda: links.owner_link(ann, at=NOON),
    }
    secret = make[kind]().secret
    end = NOON + timedelta(days=days)

    assert links.find_link(secret, at=end - timedelta(seconds=1)).kind == kind
    with pytest.raises(BadLink, match="too old"):
        links.find_link(secret, at=end)


def test_an_unknown_link_says_so():
    with pytest.raises(BadLink, match="not known"):
        links.find_link("guess", at=NOON)


def test_a_new_link_ends_the_one_before_it():
    ann, ben = (add_person(name, role="viewer", at=NOON) for name in ("ann", "ben"))
    first, others = links.reset_link(ann, at=NOON), links.reset_link(ben, at=NOON)
    second = links.reset_link(ann, at=NOON)

    with pytest.raises(BadLink, match="too old"):
        links.find_link(first.secret, at=NOON)
    assert [links.find_link(one.secret, at=NOON).person for one in (second, others)] == [ann, ben]


def test_a_link_of_somebody_who_is_let_in_no_more_opens_nothing():
    add_person("boss", role="admin", at=NOON)
    ann = add_person("ann", role="viewer", at=NOON)
    made = links.reset_link(ann, at=NOON)
    set_active(ann, active=False)
    with pytest.raises(BadLink, match="may not come in"):
        links.find_link(made.secret, at=NOON)


def test_nobody_is_invited_under_a_taken_name_or_as_something_unknown():
    add_person("Ann", role="viewer", at=NOON)
    with pytest.raises(NameTaken):
        links.invite("ann", role="viewer", at=NOON)
    with pytest.raises(NoSuchRole):
        links.invite("ben", role="king", at=NOON)


def test_the_first_start_on_a_laptop_makes_the_owner_and_lets_them_in():
    made = links.first_link(loopback=True, at=NOON)
    owner = links.enter(links.find_link(made.secret, at=NOON), at=NOON)
    assert (owner.name, role_of(owner), owner.has_usable_password()) == ("owner", "admin", False)


def test_each_start_prints_another_link_until_the_owner_has_a_password():
    first = links.first_link(loopback=True, at=NOON)
    second = links.first_link(loopback=True, at=NOON)
    assert first.secret != second.secret
    with pytest.raises(BadLink):
        links.find_link(first.secret, at=NOON)

    owner = find_person("owner")
    owner.set_password(PASSWORD)
    owner.save()
    assert links.first_link(loopback=True, at=NOON) is None
    assert Person.objects.count() == 1


def test_a_start_that_others_can_reach_makes_nobody_before_they_choose_a_password():
    made = links.first_link(loopback=False, at=NOON)
    assert (made.invitation.kind, Person.objects.count()) == ("first-admin", 0)

    admin = links.come_in(links.find_link(made.secret, at=NOON), name="ada", password=PASSWORD, at=NOON)
    assert role_of(admin) == "admin"
    assert links.first_link(loopback=False, at=NOON) is None


def test_an_owner_without_a_password_chooses_one_when_others_can_reach_the_machine():
    links.first_link(loopback=True, at=NOON)
    made = links.first_link(loopback=False, at=NOON)
    assert (made.invitation.kind, made.invitation.person.name) == ("reset", "owner")


def test_a_new_password_takes_the_place_of_the_old():
    ann = add_person("ann", role="viewer", at=NOON, password="the old password")
    made = links.reset_link(ann, at=NOON)
    links.choose_password(links.find_link(made.secret, at=NOON), password=PASSWORD, at=NOON)
    ann.refresh_from_db()
    assert (ann.check_password(PASSWORD), ann.check_password("the old password")) == (True, False)

"""People come in with a role, and somebody always stays who can let others in."""

from datetime import UTC, datetime

import pytest

from heliograph.accounts.errors import BadName, LastAdmin, NameTaken, NoSuchPerson, NoSuchRole
from heliograph.accounts.people import add_person, find_person, give_role, role_of, set_active
from heliograph.accounts.roles import Role
from heliograph.config.settings import PASSWORD_HASHERS

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_each_role_may_what_those_before_it_may():
    may = {(one.value, other.value) for one in Role for other in Role if one.may(other)}
    assert may == {
        ("viewer", "viewer"),
        ("analyst", "viewer"),
        ("analyst", "analyst"),
        ("operator", "viewer"),
        ("operator", "analyst"),
        ("operator", "operator"),
        ("admin", "viewer"),
        ("admin", "analyst"),
        ("admin", "operator"),
        ("admin", "admin"),
    }


def test_a_person_has_the_role_that_they_were_given_last():
    add_person("boss", role="admin", at=NOON)
    ann = add_person("Ann Smith", role="viewer", at=NOON, email="ann@example.com")
    assert role_of(ann) is Role.VIEWER
    give_role(ann, "operator")
    assert role_of(find_person("ann smith")) is Role.OPERATOR


def test_passwords_are_kept_by_a_hash_that_is_slow_for_guessers(settings):
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS
    ann = add_person("ann", role="viewer", at=NOON, password="nine plain words")
    assert ann.password.startswith("argon2$argon2id$")
    assert ann.check_password("nine plain words")


def test_a_person_without_a_password_cannot_sign_in_with_one():
    ann = add_person("ann", role="viewer", at=NOON)
    assert not ann.has_usable_password()
    assert not ann.check_password("")


@pytest.mark.parametrize("name", ["", " ", "a/b", "-x", "<b>", "a\nb", "x" * 81])
def test_a_name_that_nobody_could_type_is_refused(name):
    with pytest.raises(BadName):
        add_person(name, role="viewer", at=NOON)


def test_two_people_never_have_one_name():
    add_person("Ann", role="viewer", at=NOON)
    with pytest.raises(NameTaken, match="Somebody is named 'aNN' already"):
        add_person("aNN", role="viewer", at=NOON)


def test_the_last_admin_stays():
    boss = add_person("boss", role="admin", at=NOON)
    gone = add_person("gone", role="admin", at=NOON)
    set_active(gone, active=False)
    with pytest.raises(LastAdmin):
        give_role(boss, "viewer")
    with pytest.raises(LastAdmin):
        set_active(boss, active=False)
    set_active(gone, active=True)
    give_role(boss, "viewer")
    assert role_of(find_person("boss")) is Role.VIEWER


def test_unknown_words_are_named():
    with pytest.raises(NoSuchRole, match="'king' is no role"):
        add_person("ann", role="king", at=NOON)
    with pytest.raises(NoSuchPerson, match="nobody named 'ann'"):
        find_person("ann")

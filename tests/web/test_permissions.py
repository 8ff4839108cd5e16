"""The permission matrix: each role and each scope of a token at each door, for one's own and for others'."""

import copy
import json
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from heliograph.accounts.models import AuditEntry
from heliograph.accounts.roles import Role
from heliograph.accounts.tokens import add_token
from heliograph.notices.subscription import Wish, add_subscription
from heliograph.reports.schedules import Wish as ReportWish
from heliograph.reports.schedules import add_schedule
from heliograph.web.accounts.doors import UNMARKED, doors, permissions_reference
from tests.web.doorways import CALLS, Call
from tests.web.house import FOREIGN, make_house
from tests.web.people import JOINED, ROLES, person_with, signed_in, with_token

pytestmark = pytest.mark.django_db
DOORS = {door.key: door for door in doors()}
KEYS = [key for key in DOORS if key in CALLS]
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "permissions.md"
# What a token of an admin may do, by its scope.
SCOPES = {"read": Role.VIEWER, "write": Role.OPERATOR, "admin": Role.ADMIN}
PAYLOAD = "application/json"
NOBODYS = {"own_token": 0, "foreign_token": 0, "my_name": "x", "me": "person:0", "my_subscription": 0} | {
    "my_schedule": 0
}


class Asker:
    """Somebody at the doors; what they do is taken back."""

    def __init__(self, client, role, *, is_token=False, names=None):
        self.client, self.role, self.is_token = client, role, is_token
        self.names = names or {}
        self.newest = 0
        # A token hides from its person no more than a session does.
        self.sees_all = role is Role.ADMIN

    def call(self, door, address, body):
        """The answer, its text, and how many entries of the trail it left."""
        # Only what changes something may sign out.
        cookies = None if door.method == "GET" else copy.deepcopy(self.client.cookies)
        with transaction.atomic():
            if door.method == "GET":
                answer = self.client.get(address)
            elif door.is_api:
                answer = self.client.generic(door.method, address, json.dumps(body), content_type=PAYLOAD)
            else:
                answer = self.client.post(address, body)
            text = b"".join(answer) if answer.streaming else answer.content
            left = AuditEntry.objects.filter(pk__gt=self.newest).count()
            transaction.set_rollback(True)
        if cookies is not None:
            self.client.cookies = cookies
        return answer, text.decode(errors="replace"), left

    def may(self, door):
        """What the table says: from the role of the door on."""
        if door.role == "anybody":
            return True
        if self.role is None or (self.is_token and not door.is_api):
            return False
        return self.role.may(Role(door.role))


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """Made once; what the tests do to it is taken back, and it itself at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_house()
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper():
    """Not a transaction for each test, which is what the mark means elsewhere: that of `house` is for all."""


@pytest.fixture(scope="module")
def askers(house):
    """Nobody, a person of each role, and a token of each scope."""
    found = {"nobody": Asker(Client(), None)}
    other = person_with("analyst", "somebody else")
    foreign = add_token("theirs", person=other, scope="read", at=JOINED).token.pk
    for role in ROLES:
        person = person_with(role)
        own = add_token("own", person=person, scope="read", at=JOINED).token.pk
        me = f"person:{person.pk}"
        subscription = add_subscription(Wish(channel="desk", audience=me), at=JOINED).pk
        names = {"own_token": own, "foreign_token": foreign, "my_name": person.name}
        schedule = add_schedule(ReportWish("daily", audience=me), at=JOINED).pk
        names |= {"me": me, "my_subscription": subscription, "my_schedule": schedule}
        found[role] = Asker(signed_in(person), Role(role), names=names)
    for scope, role in SCOPES.items():
        names = found["admin"].names
        found[f"token {scope}"] = Asker(with_token(scope), role, is_token=True, names=names)
        found[f"token {scope}"].sees_all = True
    found["token write of a viewer"] = Asker(
        with_token("write", role="viewer"), Role.VIEWER, is_token=True, names=found["viewer"].names
    )
    # The newest entry of the trail that is not taken back: that of the last who signed in.
    newest = AuditEntry.objects.latest("pk").pk
    for asker in found.values():
        asker.newest = newest
    return found


def calls(key):
    found = CALLS[key]
    return [found] if isinstance(found, Call) else found


def filled(value, names):
    """An address or a body with the names of the house in it."""
    if isinstance(value, dict):
        return {name: filled(one, names) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if not isinstance(value, str):
        return value
    for name, known in names.items():
        value = value.replace(f"{{{name}}}", str(known))
    return value


def test_every_view_says_who_may_use_it():
    unmarked = [key for key, door in DOORS.items() if door.role == UNMARKED]
    assert unmarked == [], "put @needs(...) or @public of web/accounts/access.py above these views"


def test_every_door_is_in_the_table_and_no_other():
    missing = sorted(DOORS.keys() - CALLS.keys())
    assert missing == [], "say in tests/web/doorways.py how these are called, and about others' things too"
    assert sorted(CALLS.keys() - DOORS.keys()) == [], "these are gone: take them out of tests/web/doorways.py"


@pytest.mark.parametrize("key", KEYS)
def test_each_door_opens_for_whom_it_says(house, askers, key):
    door = DOORS[key]
    for call in calls(key):
        for name, asker in askers.items():
            names = NOBODYS | house | asker.names
            said = asker.call(door, filled(call.address, names), filled(call.body, names))
            told = f"{name} at {key} ({call.address} {call.body})"
            check_cell(door, call, asker, said, told)
            if asker.may(door) and (call.foreign or call.foreign_body):
                address = filled(call.foreign or call.address, names)
                check_foreign(door, asker, address, filled(call.foreign_body or call.body, names), told)


def check_cell(door, call, asker, said, told):
    answer, text, left = said
    if not asker.may(door):
        refused = refusal(door, asker)
        assert answer.status_code in refused, f"{told}: {answer.status_code}"
        assert left == 0, f"{told}: refused, and yet in the trail"
        is_sent = answer.status_code == 302
        assert not is_sent or answer["Location"].startswith("/account/login/"), told
    else:
        assert answer.status_code in call.answers or answer.status_code == 201, (
            f"{told}: {answer.status_code} {text[:300]}"
        )
        assert answer.get("Location", "/").startswith("/account/login/") is False or door.role == "anybody", (
            told
        )
        if call.entries is not None and asker.role is not None:
            assert left == call.entries, f"{told}: {left} entries in the trail, not {call.entries}"
    if not asker.sees_all and door.role != "admin":
        assert FOREIGN not in text, f"{told}: it tells of what belongs to somebody else"


def refusal(door, asker):
    if asker.role is None or (asker.is_token and not door.is_api):
        return (401,) if door.is_api else (302,)
    return (403,)


def check_foreign(door, asker, address, body, told):
    answer, text, left = asker.call(door, address, body)
    if asker.sees_all:
        assert answer.status_code < 400, f"{told}: an admin may, and was answered {answer.status_code}"
        return
    assert answer.status_code == 404, f"{told}: of somebody else, and was answered {answer.status_code}"
    # A sentence may repeat the question.
    assert FOREIGN in address or FOREIGN not in text, told
    assert left == 0, told


def test_the_reference_says_the_same():
    assert PAGE.read_text() == permissions_reference(), "run: make docs"

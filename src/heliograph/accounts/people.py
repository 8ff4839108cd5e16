"""People: letting them in, giving them a role, and the reverse."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from heliograph.accounts.errors import BadName, LastAdmin, NameTaken, NoSuchPerson, NoSuchRole
from heliograph.accounts.models import Person
from heliograph.accounts.roles import Role
from heliograph.notices.subscription import hush_audience

OWNER = "owner"


@transaction.atomic
def add_person(name: str, *, role: str, at: datetime, email: str = "", password: str | None = None) -> Person:
    """A new person. Without a password nobody can sign in as them except by a link."""
    person = Person(name=name.strip(), email=email.strip(), joined_at=at)
    check_name(person.name)
    check_email(person.email)
    person.set_password(password)
    person.save()
    give_role(person, role)
    return person


def check_name(name: str, *, but: Person | None = None) -> None:
    """Refuse a name that nobody could type, or that somebody else has in whatever case."""
    _check("name", name.strip())
    others = Person.objects.filter(name__iexact=name.strip())
    if but is not None:
        others = others.exclude(pk=but.pk)
    if others.exists():
        raise NameTaken(name.strip())


def check_email(email: str) -> None:
    """Refuse what is no address; none at all is fine."""
    _check("email", email.strip())


@transaction.atomic
def give_role(person: Person, role: str) -> None:
    """The role takes the place of the one before; the last admin stays one."""
    chosen = parse_role(role)
    if chosen is not Role.ADMIN:
        refuse_without_admin(person)
    group, _ = Group.objects.get_or_create(name=chosen.value)
    person.groups.set([group])
    person.__dict__.pop("_role", None)


def role_of(person: Person) -> Role | None:
    """The greatest role of a person, asked for once; None: they are let in nowhere."""
    if "_role" not in person.__dict__:
        note_groups(person, [group.name for group in person.groups.all()])
    known: Role | None = person.__dict__["_role"]
    return known


def note_groups(person: Person, names: Iterable[str]) -> None:
    """Note the groups that a person is in, where they were read with the person."""
    held = [Role(name) for name in names if name in set(Role)]
    person.__dict__["_role"] = max(held, key=lambda role: role.rank, default=None)


def owner(*, at: datetime) -> Person:
    """The first admin; where nobody is known yet, `owner`, who is made."""
    return active_admins().order_by("pk").first() or add_person(OWNER, role=Role.ADMIN.value, at=at)


def find_person(name: str) -> Person:
    """The person of that name, in whatever case."""
    found = Person.objects.filter(name__iexact=name.strip()).first()
    if found is None:
        raise NoSuchPerson(name)
    return found


@transaction.atomic
def set_active(person: Person, *, active: bool) -> None:
    """Let somebody in no more, or again; what is theirs stays, what waited to be told to them is given up."""
    if not active:
        refuse_without_admin(person)
        hush_audience(f"person:{person.pk}")
    person.is_active = active
    person.save(update_fields=["is_active"])


def forget_second_factors(person: Person) -> int:
    """Let somebody who lost theirs sign in by password alone; returns how many were removed."""
    from allauth.mfa.models import Authenticator

    removed, _ = Authenticator.objects.filter(user=person).delete()
    return removed


def refuse_without_admin(leaving: Person) -> None:
    """The row lock lets two admins not leave at the same time."""
    admins = list(active_admins().select_for_update(of=("self",)))
    if admins == [leaving]:
        raise LastAdmin(leaving.name)


def active_admins() -> QuerySet[Person]:
    """Those who can let others in."""
    return Person.objects.filter(groups__name=Role.ADMIN.value, is_active=True)


def parse_role(word: str) -> Role:
    """The role of that name."""
    try:
        return Role(word)
    except ValueError as fault:
        raise NoSuchRole(word) from fault


def _check(field: str, value: str) -> None:
    try:
        Person._meta.get_field(field).clean(value, None)
    except ValidationError as fault:
        raise BadName(f"The {field} {value!r} cannot be: {' '.join(fault.messages)}") from fault

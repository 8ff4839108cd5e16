"""One-time links: how people come in for the first time, and again when they lost their password."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from heliograph.accounts.errors import BadLink
from heliograph.accounts.models import Invitation, Person, Team
from heliograph.accounts.people import active_admins, add_person, check_email, check_name, parse_role, role_of
from heliograph.accounts.roles import Role

PATH = "/account/enter/"
OWNER = "owner"
LASTING = {
    Invitation.Kind.INVITE: timedelta(days=7),
    Invitation.Kind.FIRST_ADMIN: timedelta(days=1),
    Invitation.Kind.RESET: timedelta(days=1),
    Invitation.Kind.OWNER: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was just made. Its secret is stored nowhere: who loses it needs another link."""

    secret: str
    invitation: Invitation

    @property
    def path(self) -> str:
        """The address, without the host."""
        return f"{PATH}{self.secret}"


def invite(
    name: str,
    *,
    role: str,
    at: datetime,
    email: str = "",
    team: Team | None = None,
    made_by: Person | None = None,
) -> Link:
    """A link by which somebody comes in with a role, under this name or another that they choose."""
    check_name(name)
    check_email(email)
    return _make(
        Invitation.Kind.INVITE,
        at=at,
        name=name.strip(),
        role=parse_role(role).value,
        email=email.strip(),
        team=team,
        made_by=made_by,
    )


def reset_link(person: Person, *, at: datetime, made_by: Person | None = None) -> Link:
    """A link by which a person chooses a new password."""
    return _make(Invitation.Kind.RESET, at=at, person=person, role=_role(person), made_by=made_by)


def owner_link(person: Person, *, at: datetime) -> Link:
    """A link that signs a person in at once; for the machine that they sit at. The one before ends."""
    return _make(Invitation.Kind.OWNER, at=at, person=person, role=_role(person))


@transaction.atomic
def first_link(*, loopback: bool, at: datetime) -> Link | None:
    """The link that a start prints: for whoever could not come in otherwise; None where somebody can.

    On the machine itself it signs the owner in, who is made at the first start. Elsewhere whoever opens it
    chooses a name and a password, or a password for the owner.
    """
    if not Person.objects.exists():
        if not loopback:
            return _make(Invitation.Kind.FIRST_ADMIN, at=at, role=Role.ADMIN.value)
        add_person(OWNER, role=Role.ADMIN.value, at=at)
    admins = list(active_admins().order_by("pk"))
    if not admins or any(map(can_sign_in, admins)):
        return None
    return owner_link(admins[0], at=at) if loopback else reset_link(admins[0], at=at)


def admin_link(*, at: datetime) -> Link:
    """A link for the first admin, who becomes one by it where nobody is known yet."""
    admin = active_admins().order_by("pk").first()
    if admin is not None:
        return owner_link(admin, at=at)
    return _make(Invitation.Kind.FIRST_ADMIN, at=at, role=Role.ADMIN.value)


def can_sign_in(person: Person) -> bool:
    """Whether the person has a way in that needs no link."""
    from allauth.mfa.models import Authenticator

    passkeys = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    return person.has_usable_password() or passkeys.exists()


def find_link(secret: str, *, at: datetime) -> Invitation:
    """What a secret stands for; BadLink says what is wrong with it."""
    found = (
        Invitation.objects.select_related("person", "team", "made_by")
        .filter(digest=digest_of(secret))
        .first()
    )
    if found is None:
        raise BadLink("This link is not known; ask for another.")
    if found.used_at is not None:
        raise BadLink("This link was used already, and each works once; ask for another.")
    if found.expires_at <= at:
        raise BadLink("This link is too old; ask for another.")
    if found.person is not None and not found.person.is_active:
        raise BadLink("This link is for somebody who may not come in; ask an admin.")
    return found


@transaction.atomic
def come_in(link: Invitation, *, name: str, password: str, at: datetime) -> Person:
    """Use a link of an invitation: the person is made, with the role and the team that it gives."""
    _use(link, at=at)
    person = add_person(name, role=link.role, at=at, email=link.email, password=password)
    if link.team is not None:
        link.team.members.add(person)
    Invitation.objects.filter(pk=link.pk).update(person=person)
    return person


@transaction.atomic
def choose_password(link: Invitation, *, password: str, at: datetime) -> Person:
    """Use a link for a new password; it ends the sessions that the old one began."""
    _use(link, at=at)
    person = link.person
    assert person is not None
    person.set_password(password)
    person.save(update_fields=["password"])
    return person


@transaction.atomic
def enter(link: Invitation, *, at: datetime) -> Person:
    """Use a link of an owner."""
    _use(link, at=at)
    assert link.person is not None
    return link.person


def digest_of(secret: str) -> str:
    """What is stored of a secret."""
    return sha256(secret.encode()).hexdigest()


def _make(kind: Invitation.Kind, *, at: datetime, **values: object) -> Link:
    """A new link; links of the same kind for the same person, or for the first admin, end."""
    if kind != Invitation.Kind.INVITE:
        before = Invitation.objects.filter(kind=kind, person=values.get("person"), used_at=None)
        before.filter(expires_at__gt=at).update(expires_at=at)
    secret = secrets.token_urlsafe(24)
    made = Invitation.objects.create(
        kind=kind, digest=digest_of(secret), made_at=at, expires_at=at + LASTING[kind], **values
    )
    return Link(secret, made)


def _use(link: Invitation, *, at: datetime) -> None:
    """Only one of two who use it at once gets through."""
    unused = Invitation.objects.filter(pk=link.pk, used_at=None, expires_at__gt=at)
    if not unused.update(used_at=at):
        raise BadLink("This link was used already, and each works once; ask for another.")


def _role(person: Person) -> str:
    role = role_of(person)
    return role.value if role else Role.VIEWER.value

"""People and how they come in, for admins."""

from typing import Annotated, ClassVar

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query, Router, Status

from heliograph.accounts import links
from heliograph.accounts.models import Invitation, Person
from heliograph.accounts.people import forget_second_factors, give_role, set_active
from heliograph.accounts.queries import PersonLine, all_people, person_lines
from heliograph.accounts.teams import find_team
from heliograph.errors import NotFound
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import person_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Line, Paging, Told
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.accounts import (
    InvitationList,
    InvitationShape,
    LinkShape,
    PersonList,
    PersonShape,
    RoleName,
)
from heliograph.web.api.shapes.filled import filled
from heliograph.web.reads.people import open_invitations

router = Router(tags=["people"])


class AskedPeople(Paging):
    """Which people."""

    shape: ClassVar[type] = PersonShape


class AskedInvitations(Paging):
    """Which invitations."""

    shape: ClassVar[type] = InvitationShape


class InvitationTold(Told):
    """Whom to let in, with which role and into which team; they may choose another name."""

    name: Annotated[Line, Field(max_length=80)]
    role: RoleName
    email: Annotated[str, Field(max_length=254)] = ""
    team: Line | None = None


class RoleTold(Told):
    """What somebody may do from now on."""

    role: RoleName


@router.get("people", response=PersonList, summary="Who can sign in")
@answers()
@needs("admin")
def list_people(request: HttpRequest, asked: Query[AskedPeople]) -> Page:
    """By id."""
    page = part_of(all_people(), asked, name="people", key=lambda one: (one.person.pk,))
    return Page([person(one) for one in page.items], page.next)


@router.post("people/{person_id}/role", response=PersonShape, summary="Give somebody a role")
@idempotent
@needs("admin")
def set_role(request: HttpRequest, person_id: Id, told: RoleTold) -> dict[str, object]:
    """It takes the place of the one before; the last admin stays one."""
    found = find_person(person_id)
    give_role(found, told.role)
    tell(request, "person.role", found.name, role=told.role)
    return _again(found)


@router.post("people/{person_id}/disable", response=PersonShape, summary="Let somebody in no more")
@idempotent
@needs("admin")
def disable_person(request: HttpRequest, person_id: Id) -> dict[str, object]:
    """What is theirs stays; what waited to be told to them is given up."""
    found = find_person(person_id)
    set_active(found, active=False)
    tell(request, "person.disable", found.name)
    return _again(found)


@router.post("people/{person_id}/enable", response=PersonShape, summary="Let somebody in again")
@idempotent
@needs("admin")
def enable_person(request: HttpRequest, person_id: Id) -> dict[str, object]:
    """As before."""
    found = find_person(person_id)
    set_active(found, active=True)
    tell(request, "person.enable", found.name)
    return _again(found)


@router.post("people/{person_id}/forget-factors", response=PersonShape, summary="Forget second factors")
@idempotent
@needs("admin")
def forget_factors(request: HttpRequest, person_id: Id) -> dict[str, object]:
    """They sign in by password alone from now on."""
    found = find_person(person_id)
    removed = forget_second_factors(found)
    tell(request, "person.forget-second-factors", found.name, removed=removed)
    return _again(found)


@router.post("people/{person_id}/reset", response={201: LinkShape}, summary="A link for a new password")
@transaction.atomic
@needs("admin")
def make_reset_link(request: HttpRequest, person_id: Id) -> Status:
    """Links of that kind from before work no more. It is shown this once, so no key repeats the answer."""
    found = find_person(person_id)
    link = links.reset_link(found, at=utc_now(), made_by=person_of(request))
    tell(request, "person.reset-link", found.name)
    return Status(201, _link(request, link, found.name))


@router.get("invitations", response=InvitationList, summary="Invitations that are open")
@answers()
@needs("admin")
def list_invitations(request: HttpRequest, asked: Query[AskedInvitations]) -> Page:
    """By id."""
    page = part_of(open_invitations(), asked, name="invitations", key=lambda one: (one.pk,))
    return Page([_invitation(one) for one in page.items], page.next)


@router.post("invitations", response={201: LinkShape}, summary="Invite somebody")
@transaction.atomic
@needs("admin")
def invite_person(request: HttpRequest, told: InvitationTold) -> Status:
    """The link is shown this once, so no key repeats the answer."""
    team = None if told.team is None else find_team(told.team)
    link = links.invite(
        told.name, role=told.role, email=told.email, team=team, at=utc_now(), made_by=person_of(request)
    )
    tell(request, "person.invite", told.name, role=told.role, team=str(team or ""))
    return Status(201, _link(request, link, told.name))


@router.delete("invitations/{invitation_id}", response={204: None}, summary="Withdraw an invitation")
@idempotent
@needs("admin")
def withdraw_invitation(request: HttpRequest, invitation_id: Id) -> Status:
    """Its link works no more."""
    unused = Invitation.objects.filter(pk=invitation_id, kind=Invitation.Kind.INVITE, used_at=None)
    found = unused.first()
    if found is None:
        raise NotFound(f"There is no open invitation {invitation_id}.")
    unused.update(expires_at=utc_now())
    tell(request, "person.withdraw-invitation", found.name)
    return Status(204, None)


def find_person(person_id: int) -> Person:
    """The person of that id."""
    found = Person.objects.filter(pk=person_id).first()
    if found is None:
        raise NotFound(f"There is nobody of the id {person_id}; /api/v1/people lists who is.")
    return found


def person(line: PersonLine) -> dict[str, object]:
    """A line of the list."""
    return filled(
        PersonShape,
        line.person,
        role=line.role.value if line.role else None,
        teams=[team.name for team in line.teams],
        active=line.person.is_active,
        way=line.way,
    )


def _again(found: Person) -> dict[str, object]:
    return person(person_lines([Person.objects.get(pk=found.pk)])[0])


def _invitation(row: Invitation) -> dict[str, object]:
    made_by = row.made_by.name if row.made_by else None
    return filled(InvitationShape, row, team=row.team.name if row.team else None, made_by=made_by)


def _link(request: HttpRequest, link: links.Link, name: str) -> dict[str, object]:
    address = request.build_absolute_uri(link.path)
    return {"address": address, "name": name, "expires_at": link.invitation.expires_at}

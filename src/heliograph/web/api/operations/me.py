"""Who one is: one's own settings, and where one is signed in."""

from typing import Annotated, ClassVar, Literal

from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from ninja import Field, Query, Router, Status

from heliograph.accounts.models import Person
from heliograph.errors import NotFound
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import asker_of, person_of
from heliograph.web.accounts.forms import ProfileForm
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import LINE, Id, Line, Paging, Told
from heliograph.web.api.changing import insist_on_all_scopes
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.problems import Refused
from heliograph.web.api.shapes.asides import MeShape, SessionList, SessionShape
from heliograph.web.api.shapes.filled import filled, filler
from heliograph.web.reads.people import session_lines

router = Router(tags=["people"])


class AskedSessions(Paging):
    """Which sessions."""

    shape: ClassVar[type] = SessionShape


class MeTold(Told):
    """What is to be other than it is; `time_zone` is empty for UTC."""

    name: Annotated[Line, Field(max_length=80)] | None = None
    email: Annotated[str, Field(max_length=254, pattern=LINE)] | None = None
    time_zone: Annotated[str, Field(max_length=64, pattern=LINE)] | None = None
    candles: Literal["ink", "teal-red"] | None = None


@router.get("me", response=MeShape, summary="Who one is")
@answers()
@needs("viewer")
def get_me(request: HttpRequest) -> dict[str, object]:
    """What one may do, and how one wants to see things."""
    return _me(request)


@router.patch("me", response=MeShape, summary="Change one's own settings")
@idempotent
@needs("viewer")
def change_me(request: HttpRequest, told: MeTold) -> dict[str, object]:
    """By a token only if that has the scope admin. Passwords, passkeys and codes are changed in a browser."""
    insist_on_all_scopes(request, "To change one's own settings")
    person = Person.objects.get(pk=person_of(request).pk)
    known = {name: getattr(person, name) for name in ProfileForm.Meta.fields}
    form = ProfileForm(known | told.dict(exclude_none=True), instance=person)
    if not form.is_valid():
        name, faults = next(iter(form.errors.items()))
        raise Refused(422, str(faults[0]), name=name)
    form.save()
    changed = [name for name, value in known.items() if value != getattr(person, name)]
    tell(request, "person.profile", person.name, changed=changed)
    return _me(request, person)


@router.get("me/sessions", response=SessionList, summary="Where one is signed in")
@answers()
@needs("viewer")
def list_sessions(request: HttpRequest, asked: Query[AskedSessions]) -> Page:
    """By id."""
    lines = session_lines(person_of(request), current="")
    page = part_of(lines, asked, name="sessions", key=lambda one: (one.id,))
    return Page([filler(SessionShape)(one) for one in page.items], page.next)


@router.delete("me/sessions/{session_id}", response={204: None}, summary="Sign out somewhere")
@idempotent
@needs("viewer")
def end_session(request: HttpRequest, session_id: Id) -> Status:
    """One's own session of that id. By a token only if that has the scope admin."""
    insist_on_all_scopes(request, "To end a session")
    found = UserSession.objects.filter(user=person_of(request), pk=session_id).first()
    if found is None:
        raise NotFound(f"You have no session {session_id}; /api/v1/me/sessions lists yours.")
    found.end()
    tell(request, "session.end", f"session {session_id}")
    return Status(204, None)


def _me(request: HttpRequest, changed: Person | None = None) -> dict[str, object]:
    asker, person = asker_of(request), changed or person_of(request)
    token = {"name": asker.token.name, "scope": asker.token.scope} if asker.token else None
    teams = [str(team) for team in person.teams.order_by("name")]
    return filled(MeShape, person, role=asker.role, teams=teams, token=token)

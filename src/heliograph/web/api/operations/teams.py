"""Teams, their members and what they own, for admins."""

from typing import Annotated, ClassVar

from django.http import HttpRequest
from ninja import Field, Query, Router, Status

from heliograph.accounts.models import Person, Team
from heliograph.accounts.teams import add_team, give_strategy, remove_team
from heliograph.errors import Conflict, NotFound
from heliograph.kit.clock import utc_now
from heliograph.signals.models import Strategy
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Line, Paging, Told
from heliograph.web.api.described import also
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.accounts import TeamList, TeamShape
from heliograph.web.api.shapes.filled import filled

router = Router(tags=["people"])
FIRST = Order("teams", ("pk",))


class AskedTeams(Paging):
    """Which teams."""

    shape: ClassVar[type] = TeamShape


class TeamTold(Told):
    """What it is called."""

    name: Annotated[Line, Field(max_length=80)]


class MembersTold(Told):
    """Who is in it, by their ids: these and nobody else."""

    people: Annotated[list[Id], Field(max_length=1_000)]


class OwnerTold(Told):
    """Whose a strategy is: a team's, a person's, or with neither the installation's, which all see."""

    strategy: Line
    team_id: Id | None = None
    person_id: Id | None = None


@router.get("teams", response=TeamList, summary="Teams")
@answers()
@needs("admin")
def list_teams(request: HttpRequest, asked: Query[AskedTeams]) -> Page:
    """By id."""
    rows = Team.objects.prefetch_related("members", "owned__strategy")
    return page_of(rows, asked, FIRST, team)


@router.post("teams", response={201: TeamShape}, summary="Make a team")
@idempotent
@needs("admin")
def make_team(request: HttpRequest, told: TeamTold) -> Status:
    """Without members."""
    if not told.name.strip():
        raise Conflict("A team needs a name of at most 80 letters.")
    made = add_team(told.name, at=utc_now())
    tell(request, "team.add", made.name)
    return Status(201, team(made))


@router.put("teams/{team_id}/members", response=TeamShape, summary="Say who is in a team")
@idempotent
@needs("admin")
def set_members(request: HttpRequest, team_id: Id, told: MembersTold) -> dict[str, object]:
    """All of them at once."""
    found = find_team(team_id)
    people = list(Person.objects.filter(pk__in=told.people).order_by("name"))
    missing = sorted(set(told.people) - {one.pk for one in people})
    if missing:
        raise NotFound(f"There is nobody of the id {missing[0]}; /api/v1/people lists who is.")
    found.members.set(people)
    tell(request, "team.members", found.name, members=[one.name for one in people])
    return team(find_team(team_id))


@router.delete("teams/{team_id}", response={204: None}, summary="Remove a team")
@idempotent
@needs("admin")
def drop_team(request: HttpRequest, team_id: Id) -> Status:
    """One that owns nothing; its channels and subscriptions go with it."""
    found = find_team(team_id)
    subscriptions = remove_team(found, at=utc_now())
    tell(request, "team.remove", found.name, subscriptions=subscriptions)
    return Status(204, None)


@router.put("ownership", response={204: None}, summary="Say whose a strategy is")
@also(404)
@idempotent
@needs("admin")
def set_owner(request: HttpRequest, told: OwnerTold) -> Status:
    """Others do not see it from then on."""
    if told.team_id is not None and told.person_id is not None:
        raise Conflict("A strategy belongs to a team or to a person, not to both.")
    strategy = Strategy.objects.filter(name=told.strategy).first()
    if strategy is None:
        raise NotFound(f"There is no strategy '{told.strategy}'; /api/v1/strategies lists them.")
    owner = None if told.team_id is None else find_team(told.team_id)
    person = None if told.person_id is None else Person.objects.filter(pk=told.person_id).first()
    if told.person_id is not None and person is None:
        raise NotFound(f"There is nobody of the id {told.person_id}; /api/v1/people lists who is.")
    give_strategy(strategy, team=owner, person=person)
    named = {"team": str(owner or ""), "person": str(person or "")}
    tell(request, "strategy.owner", strategy.name, **named)
    return Status(204, None)


def find_team(team_id: int) -> Team:
    """The team of that id."""
    found = Team.objects.prefetch_related("members", "owned__strategy").filter(pk=team_id).first()
    if found is None:
        raise NotFound(f"There is no team {team_id}; /api/v1/teams lists them.")
    return found


def team(row: Team) -> dict[str, object]:
    """A row with its members and what it owns."""
    members = sorted(one.name for one in row.members.all())
    strategies = sorted(one.strategy.name for one in row.owned.all())
    return filled(TeamShape, row, members=members, strategies=strategies)

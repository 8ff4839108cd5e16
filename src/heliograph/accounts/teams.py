"""Teams: who is in them, and which strategies are whose."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet

from heliograph.accounts.errors import NameTaken, NoSuchTeam, TeamInUse
from heliograph.accounts.models import Person, StrategyOwner, Team
from heliograph.notices.subscription import forget_audience
from heliograph.signals.models import Strategy


@dataclass(frozen=True, slots=True)
class Owned:
    """A strategy and whose it is; nobody's where neither is set."""

    strategy: Strategy
    team: Team | None = None
    person: Person | None = None


def add_team(name: str, *, at: datetime) -> Team:
    """A new team, without members."""
    try:
        with transaction.atomic():
            return Team.objects.create(name=name.strip(), created_at=at)
    except IntegrityError as fault:
        raise NameTaken(name.strip(), kind="A team") from fault


def find_team(name: str) -> Team:
    """The team of that name, in whatever case."""
    found = Team.objects.filter(name__iexact=name.strip()).first()
    if found is None:
        raise NoSuchTeam(name)
    return found


@transaction.atomic
def remove_team(team: Team, *, at: datetime) -> int:
    """One that owns nothing; its members stay who they are. Returns how many subscriptions went with it."""
    if team.owned.exists():
        raise TeamInUse(team.name)
    forgotten = forget_audience(f"team:{team.pk}", at=at)
    team.delete()
    return forgotten


@transaction.atomic
def give_strategy(strategy: Strategy, *, team: Team | None = None, person: Person | None = None) -> None:
    """Let a strategy be a team's or a person's; without either, the installation's, which all see."""
    if team is None and person is None:
        StrategyOwner.objects.filter(strategy=strategy).delete()
        return
    StrategyOwner.objects.update_or_create(strategy=strategy, defaults={"team": team, "person": person})


def teams_with_counts() -> QuerySet[Team]:
    """All teams by name; `member_count` and `strategy_count` beside each."""
    return Team.objects.annotate(
        member_count=Count("members", distinct=True), strategy_count=Count("owned", distinct=True)
    ).order_by("name")


def owned_strategies() -> list[Owned]:
    """Every strategy by name, and whose it is."""
    rows = Strategy.objects.select_related("ownership__team", "ownership__person").order_by("name")
    return [_owned(row) for row in rows]


def _owned(row: Strategy) -> Owned:
    found: StrategyOwner | None = getattr(row, "ownership", None)
    return Owned(row) if found is None else Owned(row, found.team, found.person)

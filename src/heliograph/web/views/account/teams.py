"""Teams: members, and the strategies that they own. For admins."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from heliograph.accounts.models import Person, Team
from heliograph.accounts.teams import add_team, give_strategy, owned_strategies, remove_team
from heliograph.errors import UserError
from heliograph.kit.clock import utc_now
from heliograph.signals.models import Strategy
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.forms import TeamForm
from heliograph.web.accounts.told import tell


@require_safe
@needs("admin")
def team_page(request: HttpRequest, team_id: int) -> HttpResponse:
    """One team: who is in it, what it owns, and what it could own."""
    team = get_object_or_404(Team, pk=team_id)
    members = set(team.members.values_list("pk", flat=True))
    everybody = Person.objects.filter(is_active=True).order_by("name")
    context = {
        "team": team,
        "people": [(person, person.pk in members) for person in everybody],
        "owned": owned_strategies(),
    }
    return render(request, "web/pages/team.html", context)


@require_POST
@needs("admin")
@transaction.atomic
def new_team(request: HttpRequest) -> HttpResponse:
    """Make a team and go to it."""
    form = TeamForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A team needs a name of at most 80 letters.")
        return redirect("people")
    try:
        team = add_team(form.cleaned_data["name"], at=utc_now())
    except UserError as fault:
        messages.error(request, str(fault))
        return redirect("people")
    tell(request, "team.add", team.name)
    return redirect("team", team.pk)


@require_POST
@needs("admin")
@transaction.atomic
def set_members(request: HttpRequest, team_id: int) -> HttpResponse:
    """Who is in a team: those that were ticked."""
    team = get_object_or_404(Team, pk=team_id)
    chosen = Person.objects.filter(pk__in=_numbers(request.POST.getlist("person"))).order_by("name")
    team.members.set(chosen)
    tell(request, "team.members", team.name, members=[person.name for person in chosen])
    messages.success(request, f"{team.name} has {len(chosen)} member{'' if len(chosen) == 1 else 's'}.")
    return redirect("team", team.pk)


@require_POST
@needs("admin")
@transaction.atomic
def set_strategies(request: HttpRequest, team_id: int) -> HttpResponse:
    """Which strategies a team owns: those that were ticked. Those of others are not taken from them."""
    team = get_object_or_404(Team, pk=team_id)
    chosen = set(_numbers(request.POST.getlist("strategy")))
    for owned in owned_strategies():
        if owned.strategy.pk in chosen and owned.team is None and owned.person is None:
            _give(request, owned.strategy, team)
        elif owned.team == team and owned.strategy.pk not in chosen:
            _give(request, owned.strategy, None)
    messages.success(request, f"The strategies of {team.name} are as you ticked them.")
    return redirect("team", team.pk)


@require_POST
@needs("admin")
@transaction.atomic
def drop_team(request: HttpRequest, team_id: int) -> HttpResponse:
    """Remove a team that owns nothing, with its channels and subscriptions."""
    team = get_object_or_404(Team, pk=team_id)
    try:
        subscriptions = remove_team(team, at=utc_now())
    except UserError as fault:
        messages.error(request, str(fault))
        return redirect("team", team_id)
    tell(request, "team.remove", team.name, subscriptions=subscriptions)
    messages.success(request, f"The team {team.name} is removed.")
    return redirect("people")


def _give(request: HttpRequest, strategy: Strategy, team: Team | None) -> None:
    give_strategy(strategy, team=team)
    tell(request, "strategy.owner", strategy.name, team=team.name if team else "")


def _numbers(words: list[str]) -> list[int]:
    return [int(word) for word in words if word.isdecimal()]

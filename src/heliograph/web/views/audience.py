"""Whose subscriptions and channels somebody may see and make."""

from collections.abc import Collection

from django.http import HttpRequest

from heliograph.accounts.models import Person, Team
from heliograph.accounts.roles import Role
from heliograph.signals.models import Strategy
from heliograph.web.accounts.asker import asker_of, hidden
from heliograph.web.api.seen import audiences_of

__all__ = ["audiences_of", "choices", "hidden_names", "may", "names", "usable"]
EVERYBODY = ("", "everybody here")


def choices(request: HttpRequest) -> list[tuple[str, str]]:
    """For whom somebody may make a subscription: oneself, one's teams, and for operators everybody."""
    person = asker_of(request).person
    own = []
    if person is not None:
        own = [(f"person:{person.pk}", "me")]
        own += [(f"team:{team.pk}", f"the team {team}") for team in person.teams.order_by("name")]
    return [EVERYBODY, *own] if may(request, "operator") else own


def usable(request: HttpRequest) -> list[str] | None:
    """Whose channels somebody may send to and see: their own, and the installation's; None: everybody's."""
    own = audiences_of(request)
    return None if own is None else list(dict.fromkeys([*own, ""]))


def names(audiences: Collection[str]) -> dict[str, str]:
    """What these audiences are called on pages. Two statements."""
    called = {"": EVERYBODY[1]}
    for kind, model in (("person", Person), ("team", Team)):
        numbers = [one.partition(":")[2] for one in audiences if one.startswith(f"{kind}:")]
        known = model.objects.filter(pk__in=[int(one) for one in numbers if one.isdecimal()])
        called |= {f"{kind}:{one.pk}": str(one) for one in known}
    return {one: called.get(one, one) for one in audiences}


def may(request: HttpRequest, role: str) -> bool:
    """True if whoever asks has at least this role."""
    held = asker_of(request).role
    return held is not None and held.may(Role(role))


def hidden_names(request: HttpRequest) -> frozenset[str]:
    """The names of the strategies that whoever asks may not see."""
    known = hidden(request)
    return (
        frozenset(Strategy.objects.filter(pk__in=known).values_list("name", flat=True))
        if known
        else frozenset()
    )

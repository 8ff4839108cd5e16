"""Whose subscriptions and channels somebody may see and make."""

from collections.abc import Sequence

from django.http import HttpRequest

from heliograph.accounts.roles import Role
from heliograph.web.accounts.asker import asker_of
from heliograph.web.api.seen import audiences_of

__all__ = ["audiences_of", "choices", "may", "names", "writable"]
EVERYBODY = ("", "everybody here")


def choices(request: HttpRequest) -> list[tuple[str, str]]:
    """For whom somebody may make a subscription: oneself, one's teams, and for operators everybody."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return [EVERYBODY]
    own = [(f"person:{person.pk}", "me")]
    teams = getattr(person, "teams", None)
    own += [(f"team:{team.pk}", f"the team {team}") for team in (teams.all() if teams is not None else ())]
    return [*own, EVERYBODY] if may(request, "operator") else own


def writable(request: HttpRequest) -> list[str] | None:
    """Whose subscriptions somebody may change; None, where there are no accounts: everybody's."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return None
    return [audience for audience, _ in choices(request)]


def names(audiences: Sequence[str], request: HttpRequest) -> dict[str, str]:
    """What these audiences are called on pages."""
    known = dict(choices(request))
    return {one: known.get(one, one or EVERYBODY[1]) for one in audiences}


def may(request: HttpRequest, role: str) -> bool:
    """True if whoever asks has at least this role."""
    held = asker_of(request).role
    return held is not None and held.may(Role(role))

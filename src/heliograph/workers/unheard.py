"""What those who subscribe may not hear of: strategies that belong to others."""

from collections.abc import Collection, Mapping

from heliograph.accounts.models import Person, StrategyOwner, Team
from heliograph.accounts.visible import hidden_from
from heliograph.signals.models import Strategy


def unheard_by(audiences: Collection[str]) -> Mapping[str, Collection[str] | None]:
    """For each audience the names of the strategies that are hidden from it; None: it hears nothing at all.

    People by the rule that pages go by; a team hears of its own and of the installation's.
    """
    return {one: _unheard(one) for one in audiences}


def _unheard(audience: str) -> Collection[str] | None:
    kind, _, number = audience.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    if kind == "person":
        person = Person.objects.filter(pk=int(number), is_active=True).first()
        return None if person is None else _names(hidden_from(person))
    if kind != "team" or not Team.objects.filter(pk=int(number)).exists():
        return None
    others = StrategyOwner.objects.exclude(team=int(number)).values_list("strategy", flat=True)
    return _names(tuple(others))


def _names(strategies: Collection[int]) -> Collection[str]:
    return frozenset(Strategy.objects.filter(pk__in=strategies).values_list("name", flat=True))

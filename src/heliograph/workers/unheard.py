"""What those who subscribe may not hear of: strategies that belong to others."""

from collections.abc import Collection, Mapping

from heliograph.accounts.models import Person, StrategyOwner, Team
from heliograph.accounts.visible import hidden_from
from heliograph.signals.models import Strategy
from heliograph.signals.queries import Hidden


def unheard_by(audiences: Collection[str]) -> Mapping[str, Collection[str] | None]:
    """For each audience the names of the strategies that are hidden from it; None: it hears nothing at all.

    People by the rule that pages go by; a team hears of its own and of the installation's.
    """
    found = {one: hidden_from_audience(one) if one else None for one in audiences}
    return {one: None if hidden is None else _names(hidden) for one, hidden in found.items()}


def hidden_from_audience(audience: str) -> Hidden | None:
    """The strategies that an audience may not see; None: it is to see nothing at all. From the installation,
    which has no name, nothing is hidden.
    """
    if not audience:
        return ()
    kind, _, number = audience.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    if kind == "person":
        person = Person.objects.filter(pk=int(number), is_active=True).first()
        return None if person is None else hidden_from(person)
    if kind != "team" or not Team.objects.filter(pk=int(number)).exists():
        return None
    others = StrategyOwner.objects.exclude(team=int(number)).order_by("strategy")
    return tuple(others.values_list("strategy", flat=True))


def _names(strategies: Collection[int]) -> Collection[str]:
    return frozenset(Strategy.objects.filter(pk__in=strategies).values_list("name", flat=True))

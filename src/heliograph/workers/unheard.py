"""What those who subscribe may not hear of: strategies that belong to others."""

from collections.abc import Collection, Mapping

from django.db.models import Q

from heliograph.accounts.models import Person, StrategyOwner, Team
from heliograph.accounts.visible import hidden_from
from heliograph.reports.models import ReportSchedule
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
    return _others(Q(team=int(number)))


def hidden_from_report(schedule: ReportSchedule) -> Hidden | None:
    """What a report that comes regularly leaves out, so that all who get it may see what it counts; None: it
    is for nobody any more.

    Those of an audience are told what they may see, and where another's channel tells them, no more than
    that one may hear. A report for everybody counts what belongs to nobody. A channel of the installation
    tells whoever reads it: besides that what is the audience's own, but not what they see as admins.
    """
    audience = schedule.audience
    channel = audience if schedule.channel is None else schedule.channel.audience
    if not audience:
        return _others(Q(pk__in=()))
    if not channel:
        return None if hidden_from_audience(audience) is None else _others(_theirs(audience))
    hidden = [hidden_from_audience(one) for one in {audience, channel}]
    known = [one for one in hidden if one is not None]
    return tuple(sorted({pk for one in known for pk in one})) if len(known) == len(hidden) else None


def _theirs(audience: str) -> Q:
    kind, _, number = audience.partition(":")
    if kind == "team":
        return Q(team=int(number))
    return Q(person=int(number)) | Q(team__in=Team.objects.filter(members=int(number)))


def _others(theirs: Q) -> Hidden:
    """What belongs to somebody else."""
    others = StrategyOwner.objects.exclude(theirs).order_by("strategy")
    return tuple(others.values_list("strategy", flat=True))


def _names(strategies: Collection[int]) -> Collection[str]:
    return frozenset(Strategy.objects.filter(pk__in=strategies).values_list("name", flat=True))

"""Which strategies a person may see: the one rule that every list, page and answer goes by."""

from django.db.models import Q

from heliograph.accounts.models import Person, StrategyOwner, Team
from heliograph.accounts.people import role_of
from heliograph.accounts.roles import Role
from heliograph.signals.queries import Hidden


def hidden_from(person: Person) -> Hidden:
    """The strategies that belong to others: neither to the person nor to a team of theirs. One statement.

    What belongs to nobody is the installation's, and all see it. An admin sees everything.
    """
    if role_of(person) is Role.ADMIN:
        return ()
    theirs = Q(person=person) | Q(team__in=Team.objects.filter(members=person))
    return tuple(
        StrategyOwner.objects.exclude(theirs).order_by("strategy").values_list("strategy", flat=True)
    )

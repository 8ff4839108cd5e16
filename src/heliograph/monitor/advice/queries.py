"""Questions about recommendations. All go by one rule of who may see which."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from heliograph.monitor.advice.errors import NoSuchRecommendation
from heliograph.monitor.advice.models import Recommendation
from heliograph.signals.queries import Hidden, seen


def visible_to(*, hidden: Hidden = (), audiences: Sequence[str] | None = None) -> QuerySet[Recommendation]:
    """Those that name no strategy of others and no channel of others; None are the audiences of all."""
    of_channels = Q() if audiences is None else Q(audience=None) | Q(audience__in=audiences)
    return Recommendation.objects.filter(seen(hidden, "strategy"), of_channels).select_related("strategy")


def find_recommendation(number: int, *, among: QuerySet[Recommendation]) -> Recommendation:
    """One of these; NoSuchRecommendation if it is not among them."""
    found = among.filter(pk=number).first()
    if found is None:
        raise NoSuchRecommendation(number)
    return found

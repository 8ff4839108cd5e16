"""The newest steps with their gates, and the shards that wait."""

from heliograph.signals.models import Evaluation, Postponement
from heliograph.signals.queries import Hidden, seen

NEWEST = 100


def newest_evaluations(*, hidden: Hidden = ()) -> list[Evaluation]:
    """The steps stored last, newest first. One statement."""
    rows = Evaluation.objects.filter(seen(hidden, "version__strategy"))
    rows = rows.select_related("version__strategy", "progress__venue")
    return list(rows.order_by("-started_at", "-pk")[:NEWEST])


def postponed(*, hidden: Hidden = ()) -> list[Postponement]:
    """The shards whose gates are closed, the longest waiting first. One statement."""
    rows = Postponement.objects.filter(seen(hidden, "progress__version__strategy"))
    rows = rows.select_related("progress__version__strategy", "progress__venue")
    return list(rows.order_by("since"))

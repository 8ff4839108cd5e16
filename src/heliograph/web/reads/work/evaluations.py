"""The newest steps with their gates, and the shards that wait."""

from heliograph.signals.models import Evaluation, Postponement

NEWEST = 100


def newest_evaluations() -> list[Evaluation]:
    """The steps stored last, newest first. One statement."""
    rows = Evaluation.objects.select_related("version__strategy", "progress__venue")
    return list(rows.order_by("-started_at", "-pk")[:NEWEST])


def postponed() -> list[Postponement]:
    """The shards whose gates are closed, the longest waiting first. One statement."""
    rows = Postponement.objects.select_related("progress__version__strategy", "progress__venue")
    return list(rows.order_by("since"))

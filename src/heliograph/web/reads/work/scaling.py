"""The newest changes of the number of workers, with reason and effect."""

from heliograph.fleet.models import ScalingAction

NEWEST = 100


def actions() -> list[ScalingAction]:
    """The actions, newest first. One statement."""
    return list(ScalingAction.objects.order_by("-at", "-pk")[:NEWEST])

"""The pools of workers: what the policy saw in the last hour, and what it did."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.fleet.models import ScalingAction, ScalingLook

NEWEST = 100
HOUR = timedelta(hours=1)
POINTS = 60


@dataclass(frozen=True, slots=True)
class PoolLine:
    """The newest look of a pool; the series are of the last hour, one value a minute, None where none is."""

    look: ScalingLook
    workers: list[float | None]
    ages: list[float | None]


def actions() -> list[ScalingAction]:
    """The actions, newest first. One statement."""
    return list(ScalingAction.objects.order_by("-at", "-pk")[:NEWEST])


def pools(*, at: datetime) -> list[PoolLine]:
    """The pools that were looked at in the last hour, by name. One statement."""
    looks: dict[str, list[ScalingLook]] = {}
    for look in ScalingLook.objects.filter(at__gt=at - HOUR).order_by("pool", "at"):
        looks.setdefault(look.pool, []).append(look)
    return [_pool(found, at=at) for found in looks.values()]


def _pool(looks: list[ScalingLook], *, at: datetime) -> PoolLine:
    workers: list[float | None] = [None] * POINTS
    ages: list[float | None] = [None] * POINTS
    for look in looks:
        place = min(POINTS - 1, int((look.at - (at - HOUR)) / HOUR * POINTS))
        workers[place] = float(look.workers)
        age = look.measured.get("oldest_age_s")
        # Of a minute the worst is shown.
        ages[place] = age if ages[place] is None else max(ages[place], age or 0.0)
    return PoolLine(looks[-1], workers, ages)

"""Forecasts of what the next signals of each running version will bring."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
from django.db.models import QuerySet

from heliograph.monitor.forecasts.expectancy import AHEAD, COVERAGE, LEAST, LEAST_DAYS, expected
from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.forecasts.save import absent_of_version, keep
from heliograph.monitor.forecasts.targets import EXPECTANCY
from heliograph.signals.models import Outcome, StrategyVersion

# So many versions, and of each so many of its newest results.
MOST, RESULTS = 200, 2_000
# Without new results the same forecast stands for so long.
OLD = timedelta(days=6)
NO_TIME = "There was no time for it at the last making."


def forecast_expectancies(*, at: datetime, stop: Callable[[], bool]) -> int:
    """One of each version that runs; returns how many there are."""
    made = 0
    running = StrategyVersion.objects.filter(stage__in=StrategyVersion.RUNNING).select_related("strategy")
    for version in running.order_by("pk")[:MOST]:
        if stop():
            absent_of_version(EXPECTANCY, version, NO_TIME, at=at)
        else:
            made += _forecast(version, at=at)
    return made


def settled(version_id: int) -> QuerySet[Outcome]:
    """What settled of a version since it is active and has an R, in that order.

    What its signals of history would have brought was known when it was written, and counts nowhere here.
    """
    rows = Outcome.objects.filter(state=Outcome.State.SETTLED, r__isnull=False, settled_at__isnull=False)
    return rows.filter(signal__version=version_id, signal__historical=False).order_by(
        "settled_at", "signal_id"
    )


def _is_same(version: StrategyVersion, until: datetime, *, at: datetime) -> bool:
    """Nothing has settled since the newest forecast, which is not old."""
    newest = (
        Forecast.objects.filter(version=version, made_at__gt=at - OLD).order_by("-made_at", "-pk").first()
    )
    return newest is not None and not newest.reason and newest.history_until == until


def _forecast(version: StrategyVersion, *, at: datetime) -> bool:
    newest = settled(version.pk).filter(settled_at__lte=at).reverse()
    rows = list(newest.values_list("r", "exit_time", "settled_at")[:RESULTS])[::-1]
    days = [moment.toordinal() for _, moment, _ in rows]
    if len(rows) < LEAST or len(set(days)) < LEAST_DAYS:
        reason = (
            f"{len(rows)} signals have settled with an R since it is active, on {len(set(days))} days; "
            f"{LEAST} on {LEAST_DAYS} are needed."
        )
        absent_of_version(EXPECTANCY, version, reason, at=at)
        return False
    if _is_same(version, rows[-1][2], at=at):
        return True
    # The same results give the same interval.
    dice = np.random.default_rng([version.pk, len(rows)])
    found = expected(np.array([r for r, _, _ in rows]), days, rng=dice)
    keep(
        Forecast(
            kind=Forecast.Kind.EXPECTANCY,
            name=EXPECTANCY,
            strategy=version.strategy,
            version=version,
            made_at=at,
            model="bootstrap",
            coverage=COVERAGE,
            history_from=rows[0][2],
            history_until=rows[-1][2],
            history_points=len(rows),
            signals=AHEAD,
            low=[found.low],
            mean=[found.mean],
            high=[found.high],
            naive=[found.naive],
            scale=found.scale,
        )
    )
    return True

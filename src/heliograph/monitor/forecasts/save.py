"""Keeps forecasts, and why there is none."""

from datetime import datetime

from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.models import Series
from heliograph.signals.models import StrategyVersion


def failed(fault: Exception) -> str:
    """Why there is none where its model could not be fitted."""
    return f"It could not be made: {type(fault).__name__}: {fault}"[:300]


def keep(made: Forecast) -> None:
    """A forecast; what will have come is not known yet."""
    made.actual = [None] * len(made.mean)
    made.save(force_insert=True)


def absent(kind: str, series: Series, reason: str, *, at: datetime) -> None:
    """There is no forecast of a measure, for that reason."""
    _absent(kind, series.name, series.labels, None, reason, at=at)


def absent_of_version(name: str, version: StrategyVersion, reason: str, *, at: datetime) -> None:
    """There is no forecast of a version, for that reason."""
    _absent(Forecast.Kind.EXPECTANCY, name, {}, version, reason, at=at)


def _absent(
    kind: str, name: str, labels: object, version: StrategyVersion | None, reason: str, *, at: datetime
) -> None:
    """One row says so, however often it was looked for in vain."""
    of = Forecast.objects.filter(kind=kind, name=name, labels=labels, version=version)
    newest = of.order_by("-made_at", "-pk").first()
    if newest is not None and newest.reason:
        Forecast.objects.filter(pk=newest.pk).update(reason=reason, made_at=at)
        return
    Forecast.objects.create(
        kind=kind,
        name=name,
        labels=labels,
        version=version,
        strategy=version.strategy if version else None,
        reason=reason,
        made_at=at,
    )

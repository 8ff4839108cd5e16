"""Forecasts of what there will be to do."""

import logging
from collections.abc import Callable
from datetime import datetime

from heliograph.monitor.forecasts.history import History, history
from heliograph.monitor.forecasts.load import COVERAGE, Curve, TooLittle, forecast
from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.forecasts.save import absent, failed, keep
from heliograph.monitor.forecasts.targets import LOADS, Load
from heliograph.monitor.models import Series

log = logging.getLogger(__name__)
# Of a measure with labels, so many series, the newest.
MOST = 10
NO_TIME = "There was no time for it at the last making."


def forecast_loads(*, at: datetime, stop: Callable[[], bool]) -> int:
    """One of each load that is measured; returns how many there are."""
    made = 0
    for load in LOADS:
        for series in Series.objects.filter(name=load.name).order_by("-pk")[:MOST]:
            if stop():
                absent(Forecast.Kind.LOAD, series, NO_TIME, at=at)
            else:
                made += _forecast(load, series, at=at)
    return made


def _forecast(load: Load, series: Series, *, at: datetime) -> bool:
    past = history(series.pk, aggregate=load.aggregate, at=at)
    if not (reason := past.stale(at=at)):
        try:
            curve = forecast(past.values, least=load.least, most=load.most)
        except TooLittle as fault:
            reason = str(fault)
        except Exception as fault:
            # Strange numbers of one measure hide the forecasts of no other.
            log.warning("The forecast of %s failed", series.name, exc_info=True)
            reason = failed(fault)
        else:
            keep(_made(series, past, curve, at=at))
    if reason:
        absent(Forecast.Kind.LOAD, series, reason, at=at)
    return not reason


def _made(series: Series, past: History, curve: Curve, *, at: datetime) -> Forecast:
    used = past.after(curve.first)
    return Forecast(
        kind=Forecast.Kind.LOAD,
        name=series.name,
        labels=series.labels,
        made_at=at,
        model=curve.model,
        coverage=COVERAGE,
        history_from=used.since,
        history_until=used.until,
        history_points=used.points,
        begins_at=used.until,
        step_seconds=3_600,
        low=curve.low.tolist(),
        mean=curve.mean.tolist(),
        high=curve.high.tolist(),
        naive=curve.naive.tolist(),
        scale=curve.scale,
    )

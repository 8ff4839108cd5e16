"""Makes what forecasts and trends are due, and scores what has become known. Again, it changes nothing."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from heliograph.monitor.forecasts.expectancies import forecast_expectancies
from heliograph.monitor.forecasts.history import turn_of
from heliograph.monitor.forecasts.loads import forecast_loads
from heliograph.monitor.forecasts.models import Forecast, Trend
from heliograph.monitor.forecasts.score import score_forecasts
from heliograph.monitor.forecasts.spaces import forecast_spaces
from heliograph.monitor.forecasts.trends import look_at_trends

# What changes slowly is looked at once a day.
DAILY = timedelta(hours=23, minutes=30)
KEPT = timedelta(days=90)
SECONDS = 60.0


def make_forecasts(*, at: datetime, seconds: float = SECONDS) -> Mapping[str, int]:
    """How much was scored and made. After so many seconds nothing more is begun: what lacks says so."""
    end = time.monotonic() + seconds
    stop = lambda: time.monotonic() > end  # noqa: E731
    kinds = Forecast.Kind
    done = {"scored": score_forecasts(at=at)}
    verbs: dict[str, tuple[datetime, Callable[..., int]]] = {
        kinds.LOAD: (turn_of(at), forecast_loads),
        kinds.SPACE: (at - DAILY, forecast_spaces),
        kinds.EXPECTANCY: (at - DAILY, forecast_expectancies),
    }
    for kind, (since, verb) in verbs.items():
        is_made = Forecast.objects.filter(kind=kind, made_at__gte=since).exists()
        done[str(kind)] = 0 if is_made else verb(at=at, stop=stop)
    is_looked = Trend.objects.filter(made_at__gte=at - DAILY).exists()
    done["trends"] = 0 if is_looked else look_at_trends(at=at, stop=stop)
    done["forgotten"] = (
        Forecast.objects.filter(made_at__lt=at - KEPT).exclude(scored_at=None, reason="").delete()[0]
    )
    return done

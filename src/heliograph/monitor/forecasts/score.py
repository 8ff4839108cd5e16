"""Compares forecasts with what came, as soon as that is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from heliograph.monitor.forecasts.expectancies import settled
from heliograph.monitor.forecasts.history import Aggregate, values_at
from heliograph.monitor.forecasts.models import Forecast
from heliograph.monitor.forecasts.targets import LOADS
from heliograph.monitor.models import Series

# What is not known so long after its hour never will be. Nobody waits longer for signals.
GRACE, LONGEST = timedelta(hours=2), timedelta(days=365)
# Of a kind at a time, the oldest first.
MOST = 2_000
HOURS: dict[str, Aggregate] = {load.name: load.aggregate for load in LOADS}
FIELDS = ["actual", "known", "error", "naive_error", "scaled_error", "inside", "scored_at"]


def score_forecasts(*, at: datetime) -> int:
    """Fill in what has become known; returns how many forecasts are finished by it."""
    open_ones = Forecast.objects.filter(scored_at=None, reason="").order_by("made_at")
    waiting = [one for kind in Forecast.Kind for one in open_ones.filter(kind=kind)[:MOST]]
    for one in waiting:
        _score(one, at=at)
    Forecast.objects.bulk_update(waiting, FIELDS, batch_size=100)
    return sum(one.scored_at is not None for one in waiting)


def compare(one: Forecast, actual: Sequence[float | None]) -> None:
    """Note what came, with the sums over all values that are known."""
    came = [(step, value) for step, value in enumerate(actual) if value is not None]
    errors = [abs(value - one.mean[step]) for step, value in came]
    one.actual = list(actual)
    one.known = len(came)
    one.error = sum(errors)
    one.naive_error = sum(abs(value - one.naive[step]) for step, value in came)
    one.scaled_error = one.error / one.scale if one.scale else 0.0
    one.inside = sum(one.low[step] <= value <= one.high[step] for step, value in came)


def _score(one: Forecast, *, at: datetime) -> None:
    if one.signals:
        _score_signals(one, at=at)
    else:
        _score_hours(one, at=at)


def _score_hours(one: Forecast, *, at: datetime) -> None:
    assert one.begins_at
    assert one.step_seconds
    step = one.step_seconds // 3_600
    # The last hour of each step.
    hours = [step * place + step - 1 for place in range(len(one.mean))]
    series = Series.objects.filter(name=one.name, labels=one.labels).values_list("pk", flat=True).first()
    if series is not None:
        aggregate = HOURS.get(one.name, "last")
        compare(one, values_at(series, aggregate=aggregate, since=one.begins_at, hours=hours))
    over = one.begins_at + timedelta(hours=hours[-1] + 1) + GRACE
    if at >= over or None not in one.actual:
        one.scored_at = at


def _score_signals(one: Forecast, *, at: datetime) -> None:
    assert one.version_id
    assert one.signals
    after = settled(one.version_id).filter(settled_at__gt=one.made_at, settled_at__lte=at)
    came = list(after.values_list("r", flat=True)[: one.signals])
    if len(came) == one.signals:
        compare(one, [sum(came) / len(came)])
        one.scored_at = at
    elif at - one.made_at > LONGEST:
        one.scored_at = at

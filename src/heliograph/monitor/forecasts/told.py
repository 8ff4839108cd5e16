"""Forecasts and trends as programs and people are told of them: plain values."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.monitor.forecasts.queries import ForecastScore, Foreseen, Trended


@dataclass(frozen=True, slots=True)
class ToldValue:
    """One value of a forecast. `at`: when its span ends; None where it is of so many signals."""

    at: datetime | None
    low: float
    mean: float
    high: float
    naive: float


@dataclass(frozen=True, slots=True)
class ToldForecast:
    """The newest forecast of a target. With a `reason` there is none, and `values` is empty.

    `coverage` is the share of cases in which the interval should hold the true value. `full_` are when what
    fills is full: at the earliest, by the mean, at the latest; None: not within two years.
    """

    kind: str
    name: str
    labels: dict[str, str]
    says: str
    strategy: str | None
    version: int | None
    made_at: datetime
    reason: str
    model: str
    coverage: float | None
    history_from: datetime | None
    history_until: datetime | None
    history_points: int
    signals: int | None
    values: list[ToldValue]
    full_early: datetime | None
    full_mean: datetime | None
    full_late: datetime | None
    score: ForecastScore


@dataclass(frozen=True, slots=True)
class ToldShift:
    """A change of the level: the medians before and after, and the size in deviations of the noise."""

    at: datetime
    before: float
    after: float
    deviations: float


@dataclass(frozen=True, slots=True)
class ToldTrend:
    """How a measure went. With a `reason` nothing of it is known.

    `slope_day` is the change in a day with its 80 % interval; `of_hours` and `of_weekdays` the share of what
    moves about the trend that the hour of the day and the day of the week explain, None with too few of them.
    """

    name: str
    labels: dict[str, str]
    unit: str
    says: str
    made_at: datetime
    reason: str
    history_from: datetime | None
    history_until: datetime | None
    history_points: int
    slope_day: float | None
    slope_low: float | None
    slope_high: float | None
    of_hours: float | None
    of_weekdays: float | None
    shifts: list[ToldShift]


def told_forecast(found: Foreseen) -> ToldForecast:
    """A forecast with its score."""
    row = found.row
    values = zip(row.low, row.mean, row.high, row.naive, strict=True)
    return ToldForecast(
        kind=row.kind,
        name=row.name,
        labels=dict(row.labels),
        says=found.says,
        strategy=row.strategy.name if row.strategy else None,
        version=row.version.number if row.version else None,
        made_at=row.made_at,
        reason=row.reason,
        model=row.model,
        coverage=row.coverage,
        history_from=row.history_from,
        history_until=row.history_until,
        history_points=row.history_points,
        signals=row.signals,
        values=[
            ToldValue(_end(row.begins_at, row.step_seconds, step), *four) for step, four in enumerate(values)
        ],
        full_early=row.full_early,
        full_mean=row.full_mean,
        full_late=row.full_late,
        score=found.score,
    )


def told_trend(found: Trended) -> ToldTrend:
    """A trend."""
    row = found.row
    return ToldTrend(
        name=found.name,
        labels=dict(found.labels),
        unit=found.unit,
        says=found.says,
        made_at=row.made_at,
        reason=row.reason,
        history_from=row.history_from,
        history_until=row.history_until,
        history_points=row.history_points,
        slope_day=row.slope_day,
        slope_low=row.slope_low,
        slope_high=row.slope_high,
        of_hours=row.of_hours,
        of_weekdays=row.of_weekdays,
        shifts=[ToldShift(**one | {"at": datetime.fromisoformat(one["at"])}) for one in row.shifts],
    )


def _end(begins: datetime | None, seconds: int | None, step: int) -> datetime | None:
    return begins + timedelta(seconds=seconds * (step + 1)) if begins and seconds else None

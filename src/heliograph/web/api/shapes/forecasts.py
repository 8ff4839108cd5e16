"""Forecasts and trends."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed

ForecastKind = Literal["load", "space", "expectancy"]


class ForecastValue(Schema):
    """One value of a forecast. `at`: when its span ends; null where it is of so many signals."""

    at: datetime | None
    low: float
    mean: float
    high: float
    naive: float


class ForecastScoreShape(Schema):
    """How forecasts of a target fared in the last 30 days, over the values that came; null where none did.

    `error` is the mean absolute error, `scaled` the same in mean errors of the naive forecast within the
    history (MASE), `skill` the share by which it is below that of the naive one, `inside` the share of values
    within their interval.
    """

    forecasts: int
    values: int
    error: float | None
    naive_error: float | None
    scaled: float | None
    skill: float | None
    inside: float | None


class ForecastShape(Schema):
    """The newest forecast of a target; with a `reason` there is none, and it has no values.

    `coverage` is the share of cases in which the interval should hold the true value. `full_` are when what
    fills is full: at the earliest, by the mean, at the latest; null: not within two years.
    """

    kind: ForecastKind
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
    values: list[ForecastValue]
    full_early: datetime | None
    full_mean: datetime | None
    full_late: datetime | None
    score: ForecastScoreShape


class ForecastList(Listed[ForecastShape]):
    """A page of forecasts."""


class ShiftShape(Schema):
    """A change of the level: the medians before and after, and the size in deviations of the noise."""

    at: datetime
    before: float
    after: float
    deviations: float


class TrendShape(Schema):
    """How a measure went in four weeks at most; with a `reason` nothing of it is known.

    `slope_day` is the change in a day with its 80 % interval; `of_hours` and `of_weekdays` the share of what
    moves about the trend that the hour of the day and the day of the week explain.
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
    shifts: list[ShiftShape]


class TrendList(Listed[TrendShape]):
    """A page of trends."""

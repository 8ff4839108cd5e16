"""Where the important measures are heading: their course, what is expected, and how such forecasts fared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from heliograph.kit.cache import cached
from heliograph.monitor.forecasts.queries import ForecastScore, Foreseen, newest_forecasts
from heliograph.monitor.measure import key_of
from heliograph.monitor.models import Hour
from heliograph.monitor.naming import TITLES
from heliograph.monitor.queries import Key, Point, courses

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Number = Literal["mean", "most", "last"]
# How far back by the hour; of a house that is younger, what there is by the minute.
BACK, YOUNG = 14 * DAY, timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Important:
    """A measure that is worth a drawing: which number of a span counts, and how far back is looked.

    Of several of its name that is shown which is worst: the least where `falls`, else the most.
    """

    name: str
    number: Number = "last"
    back: timedelta = 7 * DAY
    falls: bool = False
    bounds: tuple[float | None, float | None] = (0.0, None)

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.name]


IMPORTANT = (
    Important("health_score", "mean", falls=True, bounds=(0.0, 100.0)),
    Important("host_disk_free_bytes", back=BACK, falls=True),
    Important("database_size_bytes", back=BACK, bounds=(None, None)),
    Important("queues_generate_age_seconds", "most"),
    Important("generation_bars", "mean", back=3 * DAY),
    Important("queues_messages", "mean", back=3 * DAY),
    Important("host_cpu_ratio", "mean", back=3 * DAY, bounds=(0.0, 1.0)),
    Important("redis_memory_bytes", back=BACK),
    Important("web_request_p95_seconds", "most"),
)


@dataclass(frozen=True, slots=True)
class Course:
    """The values of one series, oldest first, `step` apart; empty where none is kept."""

    of: Important
    labels: Mapping[str, str]
    step: timedelta
    at: list[datetime]
    values: list[float]


@dataclass(frozen=True, slots=True)
class Step:
    """One value of a forecast; `at`: when its span ends."""

    at: datetime
    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a measure; with a `reason` nothing is. `full_` as forecasts have them."""

    reason: str
    made_at: datetime
    coverage: float | None
    steps: list[Step]
    full_early: datetime | None
    full_mean: datetime | None
    full_late: datetime | None
    score: ForecastScore


@dataclass(frozen=True, slots=True)
class Trend:
    """A course and what is expected of it; None where that measure is not forecast at all."""

    course: Course
    expected: Expected | None


@cached(key="monitoring:trends", ttl=60.0, stale=600.0)
def trends(*, at: datetime) -> list[Trend]:
    """Of each important measure that of the worst of its name. Four statements."""
    layer, step, back = _layer(at)
    names = [one.name for one in IMPORTANT]
    found = courses(names, since=at - back, until=at, layer=layer)
    foreseen = {one.key[1:3]: one for one in newest_forecasts(at=at) if not one.row.version_id}
    return [_trend(one, found, foreseen, step=step, at=at) for one in IMPORTANT]


def _layer(at: datetime) -> tuple[Literal["minute", "hour"], timedelta, timedelta]:
    oldest = Hour.objects.order_by("at").values_list("at", flat=True).first()
    if oldest is None or at - oldest < DAY:
        return "minute", timedelta(minutes=1), YOUNG
    return "hour", HOUR, BACK


def _trend(
    one: Important,
    found: Mapping[Key, Sequence[Point]],
    foreseen: Mapping[Key, Foreseen],
    *,
    step: timedelta,
    at: datetime,
) -> Trend:
    of_name = {key: points for key, points in found.items() if key[0] == one.name and points}
    if not of_name:
        return Trend(Course(one, {}, step, [], []), _expected(foreseen.get((one.name, ""))))
    # What is measured no more, as of a machine that is gone, is not shown beside what is.
    last = max(points[-1].at for points in of_name.values())
    living = [name for name, points in of_name.items() if points[-1].at == last]
    key = (min if one.falls else max)(living, key=lambda name: (of_name[name][-1].last or 0.0, name))
    points = [point for point in of_name[key] if point.at >= at - one.back]
    labels = dict(pair.split("=", 1) for pair in key[1].split(",") if pair)
    known = [(point.at, getattr(point, one.number)) for point in points]
    course = Course(one, labels, step, [when for when, _ in known], [value for _, value in known])
    return Trend(course, _expected(foreseen.get(key)))


def _expected(found: Foreseen | None) -> Expected | None:
    if found is None:
        return None
    row = found.row
    steps = []
    if row.begins_at and row.step_seconds:
        for place, (low, mean, high) in enumerate(zip(row.low, row.mean, row.high, strict=True)):
            end = row.begins_at + timedelta(seconds=row.step_seconds * (place + 1))
            steps.append(Step(end, low, mean, high))
    full = row.full_early, row.full_mean, row.full_late
    return Expected(row.reason, row.made_at, row.coverage, steps, *full, found.score)


def expected_of(name: str, labels: Mapping[str, str], *, at: datetime) -> Expected | None:
    """What is expected of one measure; None where it is not forecast. Two statements."""
    wanted = name, key_of(labels)
    found = (one for one in newest_forecasts(at=at) if not one.row.version_id)
    return _expected(next((one for one in found if one.key[1:3] == wanted), None))

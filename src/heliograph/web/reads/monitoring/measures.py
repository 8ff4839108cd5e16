"""All measures, part by part, and one of them over time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from heliograph.kit.cache import cached
from heliograph.monitor.measure import Definition, key_of
from heliograph.monitor.models import Series
from heliograph.monitor.queries import Layer, Point, course, seldom
from heliograph.web.course_plot import Ahead, CoursePlot, Dot, course_plot
from heliograph.web.measured import value_text
from heliograph.web.reads.monitoring.looked import DEFINITIONS, EVERY
from heliograph.web.reads.monitoring.trends import Expected

DAY = timedelta(days=1)
# Of years four hours of each day are looked at.
YEARS, QUARTER = "2y", timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Span:
    """How far back is looked: its name in the address, its words, and how finely that is kept."""

    name: str
    words: str
    back: timedelta
    layer: Layer
    step: timedelta


SPANS = {
    one.name: one
    for one in (
        Span("3h", "3 hours", timedelta(hours=3), "sample", timedelta(seconds=30)),
        Span("1d", "1 day", DAY, "minute", timedelta(minutes=5)),
        Span("30d", "30 days", 30 * DAY, "hour", timedelta(hours=2)),
        Span(YEARS, "2 years", 731 * DAY, "hour", 2 * DAY),
    )
}


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was known in a stretch of time: least, mean and most."""

    at: datetime
    least: float
    mean: float
    most: float


def find_definition(name: str) -> Definition | None:
    """The measure of that name, of those that are kept."""
    return DEFINITIONS.get(name)


def labels_of(name: str) -> list[Mapping[str, str]]:
    """The labels under which a measure is kept, in one order. One statement."""
    found = Series.objects.filter(name=name).values_list("labels", flat=True)
    return sorted(found, key=key_of)


def stretches(name: str, labels: Mapping[str, str], span: Span, *, at: datetime) -> tuple[list[Stretch], int]:
    """The course of a measure in steps of the span, oldest first, and in how many looks it was unknown."""
    if span.name == YEARS:
        return _years(name, dict(labels), at=at), 0
    points = course(name, since=at - span.back, until=at, labels=labels, layer=span.layer)
    known = [point for point in points if point.mean is not None]
    return list(_stretches(known, span.step)), len(points) - len(known)


@cached(key=lambda name, labels, *, at: f"monitoring:years:{name}:{key_of(labels)}", ttl=600.0, stale=3600.0)
def _years(name: str, labels: dict[str, str], *, at: datetime) -> list[Stretch]:
    """Two years, of which some minutes more change nothing that one sees. One statement."""
    span = SPANS[YEARS]
    since = (at - span.back).replace(hour=0, minute=0, second=0, microsecond=0)
    hours = seldom(name, since=since, until=at, step=QUARTER, labels=labels)
    return list(_stretches([Point(one.at, *[one.value] * 4) for one in hours], span.step))


def plot(
    found: Sequence[Stretch],
    span: Span,
    definition: Definition,
    expected: Expected | None,
    *,
    at: datetime,
) -> CoursePlot | None:
    """The drawing: the mean with what was reached, what is expected, and the limits of its rule."""
    rule = definition.rule
    ahead = [Ahead(one.at, one.low, one.mean, one.high) for one in expected.steps] if expected else []
    return course_plot(
        [Dot(one.at, one.mean, (one.least, one.most)) for one in found],
        # What is measured seldom is not known in between.
        step=max(span.step, timedelta(seconds=EVERY.get(definition.name, 0))),
        at=at,
        words=lambda value: value_text(value, definition.unit),
        # Beside three hours nothing that is expected in days finds room.
        ahead=ahead if span.back >= DAY else (),
        bounds=(None, None) if definition.unit == "bytes" else (0.0, None),
        limits=[rule.amber, rule.red] if rule else (),
    )


def _stretches(points: Sequence[Point], step: timedelta) -> Iterator[Stretch]:
    by_step: dict[int, list[Point]] = {}
    for point in points:
        by_step.setdefault(int(point.at.timestamp() // step.total_seconds()), []).append(point)
    for own in by_step.values():
        yield Stretch(
            own[0].at,
            min(one.least for one in own if one.least is not None),
            sum(one.mean for one in own if one.mean is not None) / len(own),
            max(one.most for one in own if one.most is not None),
        )

"""What rules ask of what was measured."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from heliograph.monitor.advice.finding import Effect, Way
from heliograph.monitor.queries import Point, course, newest_looks

FRESH = timedelta(minutes=10)


def last_value(name: str, *, at: datetime, labels: Mapping[str, str] | None = None) -> float | None:
    """The newest value of a measure; None where it is old or unknown."""
    found = newest_looks({(name,): FRESH}, at=at)
    wanted = dict(labels or {})
    return next((one.value for one in found if dict(one.labels) == wanted), None)


def last_day(name: str, *, at: datetime, labels: Mapping[str, str] | None = None) -> list[Point]:
    """The hours of the last day that are known."""
    return course(name, since=at - timedelta(days=1), until=at, labels=labels, layer="hour")


def lowered(measure: str, *, by: float, at: datetime, basis: str) -> Effect:
    """A measure that should fall by so much, to no less than nothing."""
    return _moved(measure, "down", -by, at=at, basis=basis)


def _moved(measure: str, way: Way, change: float, *, at: datetime, basis: str) -> Effect:
    now = last_value(measure, at=at)
    expected = None if now is None else max(now + change, 0.0)
    return Effect(measure, way, basis, now=now, expected=expected)

"""How well the installation was in the period, from the history that the monitor keeps."""

from datetime import timedelta

from heliograph.monitor.queries import Point, course
from heliograph.reports.document import Column, Section, Table, iso, known_or
from heliograph.reports.periods import Period

SCORE = "health_score"
HOUR = timedelta(hours=1)
NOT_KEPT = "no look at the health of an hour that ended in that time is kept"


def health_section(period: Period) -> Section:
    """The score over time: least, mean and newest, and its course."""
    now, then = _points(period), _points(period.previous)
    if not now:
        return Section("Health", reason=NOT_KEPT)
    return Section(
        "Health",
        figures={
            "mean": known_or("Mean score", "score", _mean(now), _mean(then), NOT_KEPT),
            "least": known_or("Lowest score", "score", _least(now), _least(then), NOT_KEPT),
            "last": known_or("Score at the end", "score", _last(now), _last(then), NOT_KEPT),
        },
        tables={"course": _course(now)},
    )


def _points(period: Period) -> list[Point]:
    """The hours that ended in the period: finer looks are forgotten sooner, and a report is the same then."""
    found = course(SCORE, since=period.since - HOUR, until=period.until, layer="hour")
    return [one for one in found if period.since < one.at + HOUR <= period.until]


def _mean(points: list[Point]) -> float | None:
    known = [one.mean for one in points if one.mean is not None]
    return sum(known) / len(known) if known else None


def _least(points: list[Point]) -> float | None:
    return min((one.least for one in points if one.least is not None), default=None)


def _last(points: list[Point]) -> float | None:
    return points[-1].last if points else None


def _course(points: list[Point]) -> Table:
    rows = [(iso(one.at), one.least, one.mean) for one in points]
    columns = (
        Column("begin", "Hour from (UTC)", "time"),
        Column("least", "Lowest", "score"),
        Column("mean", "Mean", "score"),
    )
    return Table("Score by the hour", columns, rows, chart="course")

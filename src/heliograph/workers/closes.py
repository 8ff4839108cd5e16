"""The closes of bars that are near, and the work that each will bring."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.db.models import Avg, Count

from heliograph.engine.timeframe import Timeframe
from heliograph.fleet.scaling import Rush
from heliograph.market.calendars import ALWAYS, sessions
from heliograph.market.models import Venue
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.models import Evaluation, Progress, StrategyVersion

# What a step takes is the mean over the newest of this long.
RECENT = timedelta(hours=1)
Key = tuple[str, int]


def closes_near(*, at: datetime, back_s: float, ahead_s: float) -> list[Rush]:
    """The closes from `back_s` before to `ahead_s` behind `at`, of exchanges: a replay has its own clock."""
    shards = (
        Progress.objects.filter(version__stage__in=StrategyVersion.RUNNING, venue__kind=Venue.Kind.EXCHANGE)
        .values("version__timeframe", "venue", "venue__name", "venue__calendar")
        .annotate(shards=Count("id"))
        .order_by("version__timeframe", "venue")
    )
    found = list(shards)
    if not found:
        return []
    costs = seconds_by_shard(at=at)
    first, last = at - timedelta(seconds=back_s), at + timedelta(seconds=ahead_s)
    return [
        Rush(
            at=close,
            pieces=row["shards"],
            seconds_each=costs.get((row["version__timeframe"], row["venue"])),
            what=f"{row['version__timeframe']} bars of {row['venue__name']}",
        )
        for row in found
        for close in _closes(row["version__timeframe"], row["venue__calendar"], first, last)
    ]


def seconds_by_shard(*, at: datetime) -> Mapping[Key, float]:
    """Mean seconds of a step over new bars, by timeframe and venue; those not measured are left out."""
    rows = (
        Evaluation.objects.filter(started_at__gt=at - RECENT, kind=Evaluation.Kind.ADVANCE)
        .values_list("version__timeframe", "progress__venue")
        .annotate(mean=Avg("duration_ms"))
    )
    return {(timeframe, venue): mean / 1000 for timeframe, venue, mean in rows}


def _closes(name: str, calendar: str, first: datetime, last: datetime) -> Iterator[datetime]:
    """The closes of the timeframe's bars in (first, last] at which the calendar trades."""
    timeframe = Timeframe.parse(name)
    start = timeframe.start(to_ms(first))
    until = to_ms(last)
    while (end := timeframe.end(start)) <= until:
        if end > to_ms(first) and _trades(calendar, timeframe, start):
            yield to_datetime(end)
        start = end


def _trades(calendar: str, timeframe: Timeframe, start: int) -> bool:
    if calendar in ("", ALWAYS):
        return True
    return start in sessions(calendar, first=start, last=start).slots(timeframe.name)

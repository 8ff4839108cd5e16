"""The watched series that are to be asked for, each by one process at a time."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Max, Q

from heliograph.engine.timeframe import Timeframe
from heliograph.market.models import Dropped, Unserved, Venue, Watch
from heliograph.market.sources.exchange.marks import update
from heliograph.market.wire import to_ms

TAKE = """
UPDATE market_watch SET {column} = %(until)s WHERE id IN (
    SELECT id FROM market_watch
    WHERE NOT paused {also} AND ({column} IS NULL OR {column} <= %(at)s)
    ORDER BY {column} NULLS FIRST LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""
DUE = TAKE.format(column="due_at", also="")
UNHEALED = TAKE.format(column="heal_at", also="AND checked_until IS NOT NULL")


def take_due(*, at: datetime, until: datetime, most: int) -> list[Watch]:
    """Series whose newest bar is to be asked for; no other process takes them until then."""
    return _take(DUE, at=at, until=until, most=most)


def take_unhealed(*, at: datetime, until: datetime, most: int) -> list[Watch]:
    """Series whose past is to be looked over for gaps; the next time is then."""
    return _take(UNHEALED, at=at, until=until, most=most)


def is_due(venue: Venue, *, at: datetime) -> bool:
    """Whether a series of this venue waits to be asked for over REST."""
    due = Watch.objects.filter(Q(due_at=None) | Q(due_at__lte=at), paused=False, feeds__venue=venue)
    return due.exists()


def load_watches(ids: Sequence[int]) -> list[Watch]:
    """Watches with all that asking for them needs."""
    found = Watch.objects.filter(pk__in=ids).select_related("instrument__venue")
    return list(found.prefetch_related("feeds__venue").order_by("pk"))


def first_wanted(watch: Watch) -> int:
    """The open (UTC milliseconds) of the first bar that a watch wants: none that retention took away."""
    frame = Timeframe.parse(watch.timeframe)
    gone = Dropped.objects.filter(timeframe=watch.timeframe, restored_at=None).aggregate(Max("last_open"))
    first = frame.end(frame.start(to_ms(watch.since) - 1))
    return max(first, frame.end(to_ms(last))) if (last := gone["last_open__max"]) else first


def look_again(watch: Watch, *, at: datetime) -> None:
    """Have the gaps of a series asked for with the next poll, also those asked for in vain lately."""
    Unserved.objects.filter(watch=watch, not_before__gt=at).update(not_before=at)
    update(Watch.objects.filter(pk=watch.pk), heal_at=None)


def _take(statement: str, *, at: datetime, until: datetime, most: int) -> list[Watch]:
    with connection.cursor() as rows:
        rows.execute(statement, {"at": at, "until": until, "most": most})
        return load_watches([pk for (pk,) in rows.fetchall()])

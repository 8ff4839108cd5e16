"""Questions about work, for pages and commands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Sum

from heliograph.fleet.models import Rescue, Work
from heliograph.fleet.work import SILENT, work_list

# From name to name and slot to slot down one index: an hour has thousands of rings of few lines.
NEWEST_RINGS = """
WITH RECURSIVE line(name) AS (
    (SELECT name FROM fleet_ring ORDER BY name LIMIT 1)
    UNION ALL
    SELECT (SELECT r.name FROM fleet_ring AS r WHERE r.name > line.name ORDER BY r.name LIMIT 1)
    FROM line WHERE line.name IS NOT NULL
)
SELECT newest.name, newest.due_at, newest.rung_at
FROM line
CROSS JOIN LATERAL (
    SELECT r.name, r.due_at, r.rung_at FROM fleet_ring AS r
    WHERE r.name = line.name ORDER BY r.due_at DESC LIMIT 1
) AS newest
"""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A piece of work that runs, failed, is parked or was dropped. `rests_until`: not tried before."""

    kind: str
    key: str
    state: str
    tries: int
    interruptions: int
    node: str
    started_at: datetime
    rests_until: datetime | None
    error: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Rung:
    """A line of the timetable: its newest slot, and when that was rung."""

    name: str
    due_at: datetime
    rung_at: datetime


def list_work(*, states: Collection[str] = ()) -> list[WorkItem]:
    """All that the ledger knows (or only what is in some states), newest first."""
    return [_item(row) for row in work_list(states=states)]


def count_work() -> Mapping[str, int]:
    """How many pieces are in each state; work that succeeded is in none."""
    found = dict(Work.objects.values_list("state").annotate(count=Count("id")))
    return {state.value: found.get(state.value, 0) for state in Work.State}


def rescued(*, at: datetime, within: timedelta = timedelta(hours=1)) -> list[dict[str, object]]:
    """What the reconciler has rung for again lately: `concern`, `reason` and `pieces`, most pieces first."""
    found = Rescue.objects.filter(at__gte=at - within).values("concern", "reason")
    return list(found.annotate(pieces=Sum("pieces")).order_by("-pieces"))


def newest_rings() -> list[Rung]:
    """The newest slot of each line of the timetable, by name."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_RINGS)
        return [Rung(*row) for row in cursor.fetchall()]


def _item(row: Work) -> WorkItem:
    return WorkItem(
        kind=row.kind,
        key=row.key,
        state=row.state,
        tries=row.tries,
        interruptions=row.interruptions,
        node=row.node,
        started_at=row.started_at,
        rests_until=row.not_before if _goes_on_by_itself(row) else None,
        error=row.error,
        traceback=row.traceback,
    )


def _goes_on_by_itself(row: Work) -> bool:
    """True where the piece is tried again without a person."""
    return row.state == Work.State.FAILED or (row.state == Work.State.PARKED and row.error in SILENT)

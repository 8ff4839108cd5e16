"""Questions about work, for pages and commands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Sum

from heliograph.fleet.models import Rescue, Ring, Work
from heliograph.fleet.work import SILENT, work_list


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
    newest = Ring.objects.values("name").annotate(due=Max("due_at"), rung=Max("rung_at")).order_by("name")
    return [Rung(row["name"], row["due"], row["rung"]) for row in newest]


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

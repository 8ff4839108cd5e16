"""What runs, failed or is parked, what was rung, and what the reconciler had to ring again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, Sum, When

from heliograph.fleet.models import Rescue, Ring, Work
from heliograph.signals.models import Progress

HOUR = timedelta(hours=1)
ROWS = 50
SHARD = "shard:"


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One piece of work in the ledger, and what it is in words."""

    work: Work
    title: str


def counts() -> dict[str, int]:
    """Pieces of work by state. One statement."""
    found = dict(Work.objects.values_list("state").annotate(Count("pk")))
    return {state.value: found.get(state.value, 0) for state in Work.State}


def troubled() -> list[WorkLine]:
    """What failed, is parked or dropped, parked first. Two statements."""
    rank = Case(When(state=Work.State.PARKED, then=0), When(state=Work.State.FAILED, then=1), default=2)
    return _lines(Work.objects.exclude(state=Work.State.RUNNING).order_by(rank, "-started_at")[:ROWS])


def running() -> list[WorkLine]:
    """What runs now, the oldest first. Two statements."""
    return _lines(Work.objects.filter(state=Work.State.RUNNING).order_by("started_at")[:ROWS])


def _lines(rows: Iterable[Work]) -> list[WorkLine]:
    found = list(rows)
    titles = titles_of({row.key for row in found})
    return [WorkLine(row, titles.get(row.key, row.key)) for row in found]


def titles_of(keys: set[str]) -> dict[str, str]:
    """What pieces of work are in words, for those that are shards. One statement."""
    numbers = {
        key: int(key[len(SHARD) :]) for key in keys if key.startswith(SHARD) and key[len(SHARD) :].isdecimal()
    }
    rows = Progress.objects.filter(pk__in=numbers.values()).select_related("version__strategy", "venue")
    known = {row.pk: f"{row.version}, {row.venue} shard {row.shard}" for row in rows}
    return {key: known[number] for key, number in numbers.items() if number in known}


def rings() -> list[Ring]:
    """The newest ring of each name, soonest rung first. One statement."""
    newest = Ring.objects.order_by("name", "-due_at").distinct("name")
    return sorted(newest, key=lambda ring: ring.rung_at, reverse=True)


def rescued(*, at: datetime) -> list[dict[str, object]]:
    """What the reconciler rang for in the last hour, by concern and reason. One statement."""
    rows = Rescue.objects.filter(at__gte=at - HOUR).values("concern", "reason")
    return list(rows.annotate(pieces=Sum("pieces")).order_by("-pieces"))

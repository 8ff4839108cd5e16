"""What runs, failed or is parked, what was rung, and what the reconciler had to ring again."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db.models import Case, Count, Sum, When

from heliograph.fleet.models import Rescue, Ring, Work
from heliograph.fleet.nodes import alive
from heliograph.signals.models import Progress

HOUR = timedelta(hours=1)
ROWS = 50
SHARD = "shard:"


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue: messages that wait (None: Redis does not answer), and the nodes that read it."""

    name: str
    waiting: int | None
    nodes: list[str]


def queue_lines(*, at: datetime) -> list[QueueLine]:
    """The shared queues and those of the nodes that are alive, in the order of concerns."""
    # Celery is loaded when somebody looks at this page, and not into every web process.
    from heliograph.workers import doorbell
    from heliograph.workers.queues import PLACED, QUEUES, queue_of

    nodes = alive(at=at)
    readers = {name: [node.name for node in nodes if name in node.queues] for name in QUEUES}
    readers |= {queue_of(node.name): [node.name] for node in nodes if PLACED in node.queues}
    waiting: Mapping[str, int] = {}
    if settings.REDIS_URL or settings.HELIOGRAPH_BROKER_URL:
        with suppress(redis.RedisError):  # said on the page: the count is unknown
            waiting = doorbell.lengths(list(readers))
    return [QueueLine(name, waiting.get(name), readers[name]) for name in readers]


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

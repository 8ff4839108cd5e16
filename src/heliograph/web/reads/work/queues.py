"""What runs, failed or is parked, what was rung, and what the reconciler had to ring again."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import redis
from django.conf import settings

from heliograph.fleet.models import Work
from heliograph.fleet.nodes import alive
from heliograph.fleet.queries import Rung, WorkItem, list_work, newest_rings
from heliograph.signals.models import Progress
from heliograph.signals.queries import Hidden

ROWS = 50
# In the order in which one looks at them.
RANKS = (Work.State.PARKED, Work.State.FAILED, Work.State.DROPPED)
SHARD = "shard:"
# No number of a row has more digits.
LONGEST = len(SHARD) + 19


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

    work: WorkItem
    title: str


def troubled(*, hidden: Hidden = ()) -> list[WorkLine]:
    """What failed, is parked or dropped, parked first. Two statements."""
    return _lines(sorted(list_work(states=RANKS), key=lambda item: RANKS.index(item.state))[:ROWS], hidden)


def running(*, hidden: Hidden = ()) -> list[WorkLine]:
    """What runs now, the oldest first. Two statements."""
    found = sorted(list_work(states=[Work.State.RUNNING]), key=lambda item: item.started_at)
    return _lines(found[:ROWS], hidden)


def _lines(found: Sequence[WorkItem], hidden: Hidden) -> list[WorkLine]:
    shards = shards_of({item.key for item in found})
    lines = []
    for item in found:
        shard = shards.get(item.key)
        if shard is None:
            lines.append(WorkLine(item, item.key))
        elif shard.version.strategy_id not in hidden:
            lines.append(WorkLine(item, _words(shard)))
    return lines


def titles_of(keys: set[str]) -> dict[str, str]:
    """What pieces of work are in words, for those that are shards. One statement."""
    return {key: _words(shard) for key, shard in shards_of(keys).items()}


def shards_of(keys: set[str]) -> dict[str, Progress]:
    """The shards that pieces of work are about, for those that are about one. One statement."""
    numbers = {
        key: int(key[len(SHARD) :])
        for key in keys
        if key.startswith(SHARD) and key[len(SHARD) :].isdecimal() and len(key) < LONGEST
    }
    rows = Progress.objects.filter(pk__in=numbers.values()).select_related("version__strategy", "venue")
    known = {row.pk: row for row in rows}
    return {key: known[number] for key, number in numbers.items() if number in known}


def rings() -> list[Rung]:
    """The newest ring of each name, rung last first. One statement."""
    return sorted(newest_rings(), key=lambda ring: ring.rung_at, reverse=True)


def _words(shard: Progress) -> str:
    return f"{shard.version}, {shard.venue} shard {shard.shard}"

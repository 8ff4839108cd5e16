"""Queues: what waits in Redis, and by rows since when work is due that nobody has done."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Min, Q
from django.db.models.functions import Coalesce

from heliograph.fleet.models import Job, Work
from heliograph.fleet.queries import count_work
from heliograph.market.models import Watch
from heliograph.monitor.behind import shards_behind
from heliograph.monitor.measure import Definition, Measure, Rule, known
from heliograph.monitor.probe import Ground, Probe

DEPTH = Definition("queues_depth", "count", "messages that wait", Rule(200, 5000), labels=("queue",))
DEPTHS = Definition("queues_messages", "count", "messages that wait in all queues")
GENERATE = Definition(
    "queues_generate_age_seconds", "seconds", "since the oldest bar came that nobody evaluated", Rule(30, 300)
)
SHARDS = Definition("queues_generate_due", "count", "shards with bars that nobody evaluated")
INGEST = Definition(
    "queues_ingest_age_seconds", "seconds", "since the watch was due that nobody asked for", Rule(60, 600)
)
RESEARCH = Definition(
    "queues_research_age_seconds", "seconds", "since the oldest job waits that nobody runs", Rule(1800, 86400)
)
FAILED = Definition(
    "queues_failed_work", "count", "pieces of work that failed and are tried again", Rule(2, 50)
)
PARKED = Definition("queues_parked_work", "count", "pieces of work that wait for a person", Rule(0, 1))
ROWS = (GENERATE, SHARDS, INGEST, RESEARCH, FAILED, PARKED)


def read_depths(ground: Ground) -> Iterator[Measure]:
    """What was sent and not taken."""
    found = ground.depths()
    for queue, depth in found.items():
        yield known(DEPTH, depth, queue=queue)
    yield known(DEPTHS, sum(found.values()))


def read_rows(ground: Ground) -> Iterator[Measure]:
    """What is due by the rows: a message that was lost would not be counted in Redis."""
    at = ground.at
    since = [shard.since for shard in shards_behind(ground)]
    yield known(GENERATE, _age(min(since, default=None), at=at))
    yield known(SHARDS, len(since))
    due = Watch.objects.filter(Q(due_at__lt=at) | Q(due_at=None), paused=False)
    yield known(INGEST, _age(due.aggregate(since=Min(Coalesce("due_at", "created_at")))["since"], at=at))
    nobody = Q(leased_until=None) | Q(leased_until__lt=at)
    jobs = Job.objects.filter(nobody, state__in=Job.UNFINISHED)
    yield known(RESEARCH, _age(jobs.aggregate(since=Min("created_at"))["since"], at=at))
    counts = count_work()
    yield known(FAILED, counts[Work.State.FAILED])
    parked = Work.objects.filter(state=Work.State.PARKED).values_list("key", flat=True)[:3]
    yield known(PARKED, counts[Work.State.PARKED], note=", ".join(parked))


def _age(since: datetime | None, *, at: datetime) -> float:
    """Nothing waits: no age."""
    return max((at - since).total_seconds(), 0) if since else 0.0


PROBES = (Probe("queues", (DEPTH, DEPTHS), read_depths), Probe("queues", ROWS, read_rows, every=30))

"""Queues: what waits in Redis, and by rows since when work is due that nobody has done."""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection

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
# The first watch that nobody asked for and the first job that nobody runs, and work that failed or is parked.
DUE = """
SELECT (SELECT min(coalesce(due_at, created_at)) FROM market_watch
        WHERE NOT paused AND (due_at < %(at)s OR due_at IS NULL)),
       (SELECT min(created_at) FROM fleet_job
        WHERE state IN ('queued', 'running') AND (leased_until IS NULL OR leased_until < %(at)s)),
       count(*) FILTER (WHERE state = 'failed'),
       count(*) FILTER (WHERE state = 'parked'),
       (coalesce(array_agg(key ORDER BY id) FILTER (WHERE state = 'parked'), '{}'))[:3]
FROM fleet_work
"""
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
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"at": at})
        watch, job, failed, parked, names = cursor.fetchone()
    yield known(INGEST, _age(watch, at=at))
    yield known(RESEARCH, _age(job, at=at))
    yield known(FAILED, failed)
    yield known(PARKED, parked, note=", ".join(names))


def _age(since: datetime | None, *, at: datetime) -> float:
    """Nothing waits: no age."""
    return max((at - since).total_seconds(), 0) if since else 0.0


PROBES = (Probe("queues", (DEPTH, DEPTHS), read_depths), Probe("queues", ROWS, read_rows, every=30))

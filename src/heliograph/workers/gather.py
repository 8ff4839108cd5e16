"""Gathers what the policy of scaling looks at, from rows, nodes and queues."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import redis
from django.conf import settings
from django.db.models import Avg

from heliograph.fleet.measures import nodes_load, pieces, queue_lengths
from heliograph.fleet.models import Work
from heliograph.fleet.scaling import Measures, Policy
from heliograph.signals.due import due_work
from heliograph.signals.models import Evaluation
from heliograph.workers.app import broker_url
from heliograph.workers.closes import closes_near
from heliograph.workers.schedule import QUEUES

SHARD = "shard:{}"
RECENT = timedelta(minutes=15)
ANSWER_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class DueNow:
    """Work that is due and not done, since when the oldest is, and what a piece takes (None: unknown)."""

    pieces: int
    oldest: datetime | None
    seconds_each: float | None


ReadDue = Callable[..., DueNow]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was measured, for the policy and, as `shown`, for people."""

    measures: Measures
    shown: Mapping[str, object]


def gather(
    policy: Policy, *, workers: int, at: datetime, memory_bytes: int | None, due: ReadDue | None = None
) -> Gathered:
    """Measure now. `due` reads what is due from other rows than those of signals."""
    found = (due or due_shards_now)(at=at)
    load = nodes_load(at=at, memory_bytes=memory_bytes)
    queues = queue_lengths(_broker(), QUEUES)
    age = max(0.0, (at - found.oldest).total_seconds()) if found.oldest else 0.0
    near = closes_near(at=at, back_s=policy.targets.age_s or 0.0, ahead_s=policy.horizon_s)
    measures = Measures(
        workers=workers,
        oldest_age_s=age,
        pieces=pieces(due=found.pieces, queues=queues, held=load.held),
        seconds_each=found.seconds_each,
        cpu_pct=load.cpu_pct,
        memory_pct=load.memory_pct,
        rushes=near,
    )
    shown = {
        "workers": workers,
        "nodes": load.nodes,
        "due": found.pieces,
        "oldest_age_s": round(age, 3),
        "pieces": measures.pieces,
        "seconds_each": found.seconds_each,
        "queues": dict(queues) if queues is not None else None,
        "held": load.held,
        "cpu_pct": load.cpu_pct,
        "memory_pct": load.memory_pct,
        "rss_bytes": load.rss_bytes,
    }
    return Gathered(measures, shown)


def due_shards_now(*, at: datetime) -> DueNow:
    """The shards that have something to do, without those that rest after a failure or wait for a person."""
    asleep = set(_asleep(at=at))
    due = [shard for shard in due_work(at=at) if SHARD.format(shard.progress_id) not in asleep]
    newest = Evaluation.objects.filter(started_at__gt=at - RECENT)
    mean_ms = newest.aggregate(mean=Avg("duration_ms"))["mean"]
    return DueNow(
        pieces=len(due),
        oldest=min((shard.since for shard in due), default=None),
        seconds_each=None if mean_ms is None else mean_ms / 1000,
    )


def _asleep(*, at: datetime) -> list[str]:
    """The keys of work that nobody may do now: more workers would not help it."""
    rows = Work.objects.exclude(state=Work.State.RUNNING).exclude(not_before__lte=at, state=Work.State.FAILED)
    return list(rows.values_list("key", flat=True))


def _broker() -> "redis.Redis | None":
    if settings.REDIS_URL is None and settings.HELIOGRAPH_BROKER_URL is None:
        return None
    return _client(broker_url(settings.REDIS_URL, settings.HELIOGRAPH_BROKER_URL))


@lru_cache(maxsize=4)
def _client(url: str) -> "redis.Redis":
    """Celery writes a socket as `redis+socket:///path?virtual_host=1`, redis as `unix:///path?db=1`."""
    url = url.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    return redis.Redis.from_url(url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS)

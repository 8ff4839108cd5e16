"""Gathers what the policy of scaling looks at, from rows, nodes and queues."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

import redis
from django.conf import settings
from django.db.models import Avg

from heliograph.fleet.measures import nodes_load, pieces
from heliograph.fleet.models import Work
from heliograph.fleet.scaling import HALF_MINUTE, Measures, Policy, busy_pct
from heliograph.signals.due import due_work, without_held
from heliograph.signals.models import Evaluation
from heliograph.workers import doorbell
from heliograph.workers.closes import closes_near
from heliograph.workers.queues import PLACED, QUICK
from heliograph.workers.shards import KIND, shard_key

RECENT = timedelta(minutes=15)
SEEN_LONG_ENOUGH = timedelta(seconds=HALF_MINUTE)
# When something was measured, and what.
Look = tuple[datetime, Mapping[str, object]]


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
    policy: Policy,
    *,
    workers: int,
    at: datetime,
    memory_bytes: int | None = None,
    before: Sequence[Look] = (),
    due: ReadDue | None = None,
    queues: Sequence[str] = QUICK,
) -> Gathered:
    """Measure now. `due` reads what is due from other rows than those of signals.

    `before` is what was shown in the minute before: CPU and work are means over it, as the close of a bar
    keeps all busy for a moment. They are unknown until half of it was seen.
    """
    found = (due or due_shards_now)(at=at)
    load = nodes_load(PLACED, at=at, memory_bytes=memory_bytes)
    waiting = _lengths(queues)
    age = max(0.0, (at - found.oldest).total_seconds()) if found.oldest else 0.0
    many = pieces(due=found.pieces, queues=waiting, held=load.held)
    busy = None if many is None else busy_pct(many, workers)
    shown = {
        "workers": workers,
        "nodes": load.nodes,
        "due": found.pieces,
        "oldest_age_s": round(age, 3),
        "pieces": many,
        "seconds_each": found.seconds_each,
        "queues": dict(waiting) if waiting is not None else None,
        "held": load.held,
        "busy_pct": busy,
        "cpu_pct": load.cpu_pct,
        "memory_pct": load.memory_pct,
        "rss_bytes": load.rss_bytes,
    }
    measures = Measures(
        workers=workers,
        oldest_age_s=age,
        pieces=many,
        seconds_each=found.seconds_each,
        cpu_pct=_mean("cpu_pct", [*before, (at, shown)]),
        memory_pct=load.memory_pct,
        busy_pct=_mean("busy_pct", [*before, (at, shown)]),
        rushes=closes_near(at=at, back_s=policy.targets.age_s or 0.0, ahead_s=policy.horizon_s),
    )
    return Gathered(measures, shown)


def _mean(name: str, looks: Sequence[Look]) -> float | None:
    """The mean of what is known; None where the newest is not, or the oldest is too young to tell."""
    known = [(at, value) for at, shown in looks if isinstance(value := shown.get(name), int | float)]
    newest = looks[-1][0]
    if not known or known[-1][0] != newest or newest - known[0][0] < SEEN_LONG_ENOUGH:
        return None
    return fmean(value for _, value in known)


def due_shards_now(*, at: datetime) -> DueNow:
    """The shards that more workers would help.

    Not those that rest after a failure or wait for a person, nor those that a gate holds or that were looked
    at since their candles came: they wait for others.
    """
    found = {shard_key(shard.progress_id): shard for shard in without_held(due_work(at=at))}
    left_out, looked = set(_asleep(at=at)), _looked(list(found))
    due = [
        shard
        for key, shard in found.items()
        if key not in left_out and (key not in looked or looked[key] < shard.since)
    ]
    newest = Evaluation.objects.filter(started_at__gt=at - RECENT)
    mean_ms = newest.aggregate(mean=Avg("duration_ms"))["mean"]
    return DueNow(
        pieces=len(due),
        oldest=min((shard.since for shard in due), default=None),
        seconds_each=None if mean_ms is None else mean_ms / 1000,
    )


def _asleep(*, at: datetime) -> list[str]:
    """The keys of work that nobody may do now: more workers would not help it."""
    rows = Work.objects.filter(kind=KIND).exclude(state=Work.State.RUNNING)
    rows = rows.exclude(state=Work.State.FAILED, not_before__lte=at)
    return list(rows.values_list("key", flat=True))


def _looked(keys: Sequence[str]) -> Mapping[str, datetime]:
    """When these were looked at; nothing is known where there is no broker."""
    try:
        return doorbell.looked(keys) if _has_broker() else {}
    except redis.RedisError:
        return {}


def _lengths(queues: Sequence[str]) -> Mapping[str, int] | None:
    """How many messages wait in these queues; None where no broker answers."""
    try:
        return doorbell.lengths(queues) if _has_broker() else None
    except redis.RedisError:
        return None


def _has_broker() -> bool:
    return bool(settings.REDIS_URL or settings.HELIOGRAPH_BROKER_URL)

"""What the probes stand on here: the broker's queues, the timetable, the cache and the disk of the data."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import redis
from django.conf import settings

from heliograph.errors import SourceError
from heliograph.fleet.nodes import alive
from heliograph.kit.cache import cache
from heliograph.monitor.probe import Following, Ground
from heliograph.workers import doorbell
from heliograph.workers.place import data_folder
from heliograph.workers.queues import PLACED, QUEUES, queue_of
from heliograph.workers.schedule import entries
from heliograph.workers.shards import shard_key


class NoBroker(SourceError):
    """No broker is named; commands need none."""


def ground(*, at: datetime) -> Ground:
    """The ground of a look in this process."""
    return Ground(
        at=at,
        redis_url=settings.REDIS_URL,
        concerns=QUEUES,
        depths=lambda: _depths(at=at),
        looked=_looked,
        timetable=_timetable,
        cache=lambda: cache().sum_of_counters(),
        folder=data_folder(),
    )


def _depths(*, at: datetime) -> Mapping[str, int]:
    """The messages of each concern: those placed on a node count with its others."""
    if not _has_broker():
        raise NoBroker(NoBroker.__doc__)
    placed = [queue_of(node.name) for node in alive(at=at) if PLACED in node.queues]
    found = doorbell.lengths_at_once([*QUEUES, *placed])
    sums = {queue: found[queue] for queue in QUEUES}
    sums[PLACED] += sum(found[queue] for queue in placed)
    return sums


def _looked(progress_ids: Sequence[int]) -> Mapping[int, datetime]:
    keys = {shard_key(one): one for one in progress_ids}
    if _has_broker():
        # What is not remembered was not looked at.
        with suppress(redis.RedisError):
            return {keys[key]: at for key, at in doorbell.looked(list(keys)).items()}
    return {}


def _timetable() -> Mapping[str, Following]:
    return {entry.name: entry.times.next for entry in entries(replay=settings.HELIOGRAPH_REPLAY)}


def _has_broker() -> bool:
    return bool(settings.REDIS_URL or settings.HELIOGRAPH_BROKER_URL)

"""From due shards to messages: placed on nodes, together where they look at the same bars, and sent once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from kombu.exceptions import OperationalError

from heliograph.fleet.placement.place import place
from heliograph.fleet.work import Fit, fit
from heliograph.inbound.follow import is_due
from heliograph.signals.due import DueShard, due_work
from heliograph.workers import doorbell
from heliograph.workers.queues import PLACED, queue_of
from heliograph.workers.ring import ring, send
from heliograph.workers.shards import KIND, shard_key


@dataclass(frozen=True, slots=True)
class Message:
    """Shards that are worked on together, and the queue that they go to."""

    queue: str
    progress_ids: tuple[int, ...]


def ring_due(*, at: datetime) -> int:
    """Send all shards that are due and neither on their way nor worked on; returns how many.

    Alerts from outside whose candles have come are rung for as well.
    """
    if is_due(at=at):
        ring("settle_due")
    return send_shards(due_work(at=at), at=at)


def send_shards(due: Sequence[DueShard], *, at: datetime) -> int:
    """Send those of these shards that are neither on their way, worked on, resting nor parked."""
    by_key = {shard_key(shard.progress_id): shard for shard in due}
    ready = _fit(list(by_key), at=at)
    free = set(doorbell.claim([*ready.together, *ready.alone]))
    nodes = place(sorted(free), concern=PLACED, strategy=settings.HELIOGRAPH_PLACEMENT, at=at)
    messages = [
        *_together([by_key[key] for key in ready.together if key in free], nodes),
        *_alone([by_key[key] for key in ready.alone if key in free], nodes),
    ]
    for number, message in enumerate(messages):
        try:
            send("generate_shards", queue=message.queue, arguments=[list(message.progress_ids)])
        except OperationalError:
            doorbell.release(shard_key(one) for left in messages[number:] for one in left.progress_ids)
            raise
    return len(free)


def _fit(keys: Sequence[str], *, at: datetime) -> Fit:
    """Those that may be sent; a worker that is at one of the others is told to look again afterwards."""
    found = fit(KIND, keys, at=at)
    if not found.running:
        return found
    doorbell.note_again(found.running)
    # It may have been done just before it could hear that.
    freed = fit(KIND, found.running, at=at)
    return Fit(found.together + freed.together, found.alone + freed.alone, freed.running)


def _together(shards: Iterable[DueShard], nodes: Mapping[str, str | None]) -> list[Message]:
    groups: dict[tuple[str, str], list[int]] = {}
    for shard in shards:
        groups.setdefault((_queue(shard, nodes), shard.group), []).append(shard.progress_id)
    return [Message(queue, tuple(ids)) for (queue, _), ids in groups.items()]


def _alone(shards: Iterable[DueShard], nodes: Mapping[str, str | None]) -> list[Message]:
    """A shard that failed before takes no other along should it fail again."""
    return [Message(_queue(shard, nodes), (shard.progress_id,)) for shard in shards]


def _queue(shard: DueShard, nodes: Mapping[str, str | None]) -> str:
    node = nodes[shard_key(shard.progress_id)]
    return queue_of(node) if node else PLACED

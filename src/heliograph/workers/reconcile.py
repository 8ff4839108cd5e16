"""Finds work whose message was lost or whose worker is gone, from rows, and rings for it again."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from heliograph.fleet.models import Job, Node, Rescue
from heliograph.fleet.nodes import LOST_AFTER
from heliograph.fleet.work import note_vanished, parole
from heliograph.notices.models import Notice
from heliograph.notices.outbox import due_channels
from heliograph.signals.due import due_work, without_held
from heliograph.workers import doorbell
from heliograph.workers.dispatch import send_shards
from heliograph.workers.hand_back import hand_back
from heliograph.workers.queues import queue_of
from heliograph.workers.ring import ring
from heliograph.workers.shards import shard_key

# What is due for so long should have been taken, or be marked as on its way.
OVERDUE = timedelta(seconds=2)
log = logging.getLogger(__name__)


def reconcile(*, at: datetime) -> dict[str, int]:
    """Ring again for what nobody is at; returns how many pieces of each concern, kept as `Rescue` rows."""
    vanished = note_vanished(at=at)
    parole(at=at)
    _empty_queues_of_absent_nodes(at=at)
    found = {
        "generate": ("no message of it is under way", _lost_shards(at=at)),
        "research": ("nobody runs it", _lost_jobs(at=at)),
        "notices": ("nobody delivers it", _lost_deliveries(at=at)),
    }
    rescued = {concern: (reason, pieces) for concern, (reason, pieces) in found.items() if pieces}
    if vanished:
        rescued["worker"] = ("its worker died while at it", len(vanished))
    Rescue.objects.bulk_create(
        Rescue(concern=concern, reason=reason, pieces=pieces, at=at)
        for concern, (reason, pieces) in rescued.items()
    )
    return {concern: pieces for concern, (_, pieces) in rescued.items()}


def _lost_shards(*, at: datetime) -> int:
    """Shards with candles that nobody has looked at since they came; what a gate holds is not lost."""
    overdue = [shard for shard in without_held(due_work(at=at)) if shard.since < at - OVERDUE]
    looked = doorbell.looked([shard_key(shard.progress_id) for shard in overdue])
    lost = [
        shard
        for shard in overdue
        if (seen := looked.get(shard_key(shard.progress_id))) is None or seen < shard.since
    ]
    return send_shards(lost, at=at) if lost else 0


def _lost_jobs(*, at: datetime) -> int:
    waiting = Job.objects.filter(Q(leased_until=None) | Q(leased_until__lt=at), state__in=Job.UNFINISHED)
    count = waiting.count()
    return count if count and ring("run_jobs") else 0


def _lost_deliveries(*, at: datetime) -> int:
    """Notices that are on no channel's list, and channels with due deliveries that nobody serves."""
    overdue = at - OVERDUE
    fresh = Notice.objects.filter(spread=False, created_at__lt=overdue).count()
    count = fresh + len(due_channels(at=overdue))
    return count if count and ring("deliver_due") else 0


def _empty_queues_of_absent_nodes(*, at: datetime) -> None:
    """What was placed on a node that is gone or drains is placed anew."""
    absent = Node.objects.filter(Q(left=True) | Q(draining=True) | Q(heartbeat_at__lt=at - LOST_AFTER))
    names = {queue_of(name): name for name in absent.values_list("name", flat=True)}
    for queue in [queue for queue, waiting in doorbell.lengths(list(names)).items() if waiting]:
        pieces = hand_back(queue)
        log.warning(
            "%d messages were placed on %s, which takes no work: they are placed anew", pieces, names[queue]
        )
        ring("generate_due")

"""What settles without a new bar of ours: finer data that came, or are no longer awaited, delistings, alerts
from outside, rollouts."""

import logging
from datetime import datetime

from heliograph.inbound.follow import Followed, follow_alerts
from heliograph.signals.due import due_work
from heliograph.signals.follow import follow_revisions
from heliograph.signals.rollout_gates import check_rollouts
from heliograph.signals.settle import asking_versions, end_delisted
from heliograph.workers.dispatch import send_shards
from heliograph.workers.ring import ring

log = logging.getLogger(__name__)


def settle_what_waits(*, at: datetime) -> None:
    """Send the shards that wait for finer data, end what runs on delisted instruments, follow alerts from
    outside and revisions that run on, and roll back versions that break the gates of their rollout."""
    if asking := asking_versions():
        send_shards(due_work(at=at, versions=asking), at=at)
    if end_delisted(at=at):
        ring("deliver_due")
    if follow_alerts(at=at) != Followed():
        ring("deliver_due")
    follow_revisions(at=at)
    for rollout in check_rollouts(at=at):
        log.warning("%s was rolled back: %s", rollout.candidate, rollout.reason)
        ring("generate_due")

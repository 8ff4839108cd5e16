"""What settles without a new bar: finer data that came, or are no longer awaited, and delistings."""

from datetime import datetime

from heliograph.signals.due import due_work
from heliograph.signals.settle import asking_versions, end_delisted
from heliograph.workers.dispatch import send_shards
from heliograph.workers.ring import ring


def settle_what_waits(*, at: datetime) -> None:
    """Send the shards that wait for finer data, and end what runs on delisted instruments."""
    if asking := asking_versions():
        send_shards(due_work(at=at, versions=asking), at=at)
    if end_delisted(at=at):
        ring("deliver_due")

"""Sends again what was given up."""

from datetime import datetime

from heliograph.notices.errors import NoSuchNotice
from heliograph.notices.models import Channel, Delivery, Notice


def retry(*, at: datetime, notice: int | None = None, channel: Channel | None = None) -> int:
    """Let failed deliveries go once more, all or those of a notice or a channel; how many."""
    if notice is not None and not Notice.objects.filter(pk=notice).exists():
        raise NoSuchNotice(notice)
    failed = Delivery.objects.filter(state=Delivery.State.FAILED)
    if notice is not None:
        failed = failed.filter(notice=notice)
    if channel is not None:
        failed = failed.filter(channel=channel)
    # The person knows that the other side is back.
    channels = set(failed.values_list("channel", flat=True))
    Channel.objects.filter(pk__in=channels).update(failures=0, rests_until=None)
    return failed.update(state=Delivery.State.PENDING, tries=0, not_before=at, error="")

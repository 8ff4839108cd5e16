"""Questions about notices and channels, for pages and commands."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from heliograph.notices.channels import KINDS
from heliograph.notices.models import Channel, Delivery, Notice


@dataclass(frozen=True, slots=True)
class ChannelItem:
    """A channel, and how its deliveries stand."""

    name: str
    kind: str
    where: str
    topics: tuple[str, ...]
    enabled: bool
    reason: str
    sent: int
    pending: int
    failed: int
    last_sent_at: datetime | None
    rests_until: datetime | None


@dataclass(frozen=True, slots=True)
class Way:
    """How one notice fares on one channel."""

    channel: str
    state: str
    tries: int
    not_before: datetime
    sent_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """A notice with its deliveries; none where no channel wanted it."""

    id: int
    topic: str
    subject: str
    payload: object
    created_at: datetime
    ways: tuple[Way, ...]


def list_channels() -> list[ChannelItem]:
    """All channels, by name."""
    states = {
        state: Count("deliveries", filter=Q(deliveries__state=state)) for state in Delivery.State.values
    }
    found = Channel.objects.annotate(**states, last_sent_at=Max("deliveries__sent_at")).order_by("name")
    return [_channel_item(channel) for channel in found]


def list_notices(*, failed: bool = False, limit: int = 50) -> list[NoticeItem]:
    """The newest notices; with `failed` those that a channel did not get."""
    found: QuerySet[Notice] = Notice.objects.order_by("-id")
    if failed:
        given_up = Delivery.objects.filter(state=Delivery.State.FAILED)
        found = found.filter(pk__in=given_up.values("notice"))
    notices = list(found[:limit])
    ways: dict[int, list[Way]] = defaultdict(list)
    deliveries = Delivery.objects.filter(notice__in=notices).select_related("channel")
    for delivery in deliveries.order_by("channel__name"):
        ways[delivery.notice_id].append(_way(delivery))
    return [_notice_item(notice, ways[notice.pk]) for notice in notices]


def _channel_item(channel: Channel) -> ChannelItem:
    kind = KINDS.get(channel.kind)
    counts = {state: getattr(channel, state) for state in Delivery.State.values}
    return ChannelItem(
        name=channel.name,
        kind=channel.kind,
        where=kind.where(channel.options) if kind else "",
        topics=tuple(channel.topics),
        enabled=channel.enabled,
        reason=channel.reason,
        last_sent_at=channel.last_sent_at,
        rests_until=channel.rests_until,
        **counts,
    )


def _notice_item(notice: Notice, ways: Sequence[Way]) -> NoticeItem:
    return NoticeItem(
        id=notice.pk,
        topic=notice.topic,
        subject=notice.subject,
        payload=notice.payload,
        created_at=notice.created_at,
        ways=tuple(ways),
    )


def _way(delivery: Delivery) -> Way:
    return Way(
        channel=delivery.channel.name,
        state=delivery.state,
        tries=delivery.tries,
        not_before=delivery.not_before,
        sent_at=delivery.sent_at,
        error=delivery.error,
    )

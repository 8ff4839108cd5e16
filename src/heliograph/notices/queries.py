"""Questions about notices and channels, for pages and commands."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from heliograph.notices.channels import KINDS
from heliograph.notices.models import Channel, Delivery, Notice, Sending, State


@dataclass(frozen=True, slots=True)
class ChannelItem:
    """A channel, and how its deliveries stand. `error`: what went wrong last, while it fails."""

    name: str
    kind: str
    where: str
    audience: str
    topics: tuple[str, ...]
    enabled: bool
    reason: str
    sent: int
    pending: int
    failed: int
    failures: int
    error: str
    last_sent_at: datetime | None
    rests_until: datetime | None


@dataclass(frozen=True, slots=True)
class Way:
    """How one notice fares on one channel. `message` is the id of what it went in, None if in nothing yet."""

    delivery: int
    channel: str
    state: str
    tries: int
    not_before: datetime
    held: str
    message: str | None
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


def list_channels(*, audiences: Sequence[str] | None = None) -> list[ChannelItem]:
    """All channels, or those of these audiences, by name. Four statements."""
    channels = Channel.objects.order_by("name").prefetch_related("subscriptions")
    if audiences is not None:
        channels = channels.filter(audience__in=audiences)
    states = {state: Count("pk", filter=Q(state=state)) for state in State.values}
    counts = {row["channel"]: row for row in Delivery.objects.values("channel").annotate(**states)}
    real = Sending.objects.exclude(reason=Sending.Reason.TEST)
    last = dict(real.values_list("channel").annotate(Max("sent_at")))
    waiting = real.filter(state=State.PENDING).exclude(error="")
    errors = dict(waiting.order_by("-pk").values_list("channel", "error"))
    return [
        _channel_item(one, counts.get(one.pk), last.get(one.pk), errors.get(one.pk, "")) for one in channels
    ]


def list_notices(*, failed: bool = False, limit: int = 50) -> list[NoticeItem]:
    """The newest notices; with `failed` those that a channel did not get."""
    found: QuerySet[Notice] = Notice.objects.order_by("-id")
    if failed:
        given_up = Delivery.objects.filter(state=State.FAILED)
        found = found.filter(pk__in=given_up.values("notice"))
    notices = list(found[:limit])
    ways: dict[int, list[Way]] = defaultdict(list)
    deliveries = Delivery.objects.filter(notice__in=notices).select_related("channel", "sending")
    for delivery in deliveries.order_by("channel__name"):
        ways[delivery.notice_id].append(way_of(delivery))
    return [notice_item(notice, ways[notice.pk]) for notice in notices]


def _channel_item(channel: Channel, counts: dict | None, last: datetime | None, error: str) -> ChannelItem:
    kind = KINDS.get(channel.kind)
    return ChannelItem(
        name=channel.name,
        kind=channel.kind,
        where=kind.where(channel.options) if kind else "",
        audience=channel.audience,
        topics=_topics(channel),
        enabled=channel.enabled,
        reason=channel.reason,
        failures=channel.failures,
        error=error,
        last_sent_at=last,
        rests_until=channel.rests_until,
        **{state: counts[state] if counts else 0 for state in State.values},
    )


def _topics(channel: Channel) -> tuple[str, ...]:
    """What any of its subscriptions asks for; empty: all topics."""
    asked = [one.topics for one in channel.subscriptions.all()]
    if not asked:
        return ("nothing",)
    return () if [] in asked else tuple(sorted({topic for topics in asked for topic in topics}))


def notice_item(notice: Notice, ways: Sequence[Way]) -> NoticeItem:
    """A notice with its ways."""
    return NoticeItem(
        id=notice.pk,
        topic=notice.topic,
        subject=notice.subject,
        payload=notice.payload,
        created_at=notice.created_at,
        ways=tuple(ways),
    )


def way_of(delivery: Delivery) -> Way:
    """From a row fetched with its channel and sending."""
    sending = delivery.sending
    return Way(
        delivery=delivery.pk,
        channel=delivery.channel.name,
        state=delivery.state,
        tries=sending.tries if sending else 0,
        not_before=sending.not_before if sending else delivery.not_before,
        held=delivery.held,
        message=sending.key if sending else None,
        sent_at=sending.sent_at if sending else None,
        error=sending.error if sending else delivery.error,
    )

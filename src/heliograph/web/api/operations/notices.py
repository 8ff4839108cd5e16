"""Notices: what was told, on which channels, to whom."""

from typing import ClassVar, Literal

from django.db.models import Prefetch
from django.http import HttpRequest
from ninja import Field, Query, Router

from heliograph.notices.errors import NoSuchNotice
from heliograph.notices.models import Delivery, Notice, Subscription
from heliograph.notices.queries import list_channels, notice_item, way_of
from heliograph.notices.topics import TOPICS
from heliograph.reports import deliver
from heliograph.signals.models import Strategy
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Moment, Name, Paging, names_of
from heliograph.web.api.paging import Order, Page, page_of, part_of
from heliograph.web.api.seen import audiences_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.notices import (
    ChannelList,
    ChannelShape,
    DeliveryList,
    DeliveryShape,
    NoticeList,
    NoticeShape,
    SubscriptionList,
    SubscriptionShape,
    TopicList,
    TopicShape,
    WayShape,
)

router = Router(tags=["notices"])
NEWEST = Order("notices", ("-pk",))
NEWEST_DELIVERY = Order("deliveries", ("-pk",))
FIRST_SUBSCRIPTION = Order("subscriptions", ("pk",))


class AskedChannels(Paging):
    """Which channels."""

    shape: ClassVar[type] = ChannelShape


class AskedSubscriptions(Paging):
    """Which subscriptions."""

    shape: ClassVar[type] = SubscriptionShape
    channel: Name | None = None


class AskedNotices(Paging):
    """Which notices."""

    shape: ClassVar[type] = NoticeShape
    topic: Name | None = None
    subject: Name | None = Field(None, description="What it tells of, such as signal:17.")
    since: Moment | None = Field(None, description="Told at that moment or later.")
    failed: bool = Field(False, description="Only those that a channel did not get.")


class AskedNotice(Chosen):
    """What of one notice."""

    shape: ClassVar[type] = NoticeShape


class AskedDeliveries(Paging):
    """Which deliveries."""

    shape: ClassVar[type] = DeliveryShape
    channel: Name | None = None
    state: Literal["pending", "sent", "failed"] | None = None


class AskedTopics(Paging):
    """Which topics."""

    shape: ClassVar[type] = TopicShape


@router.get("channels", response=ChannelList, summary="Where notices go")
@answers()
@needs("viewer")
def list_of_channels(request: HttpRequest, asked: Query[AskedChannels]) -> Page:
    """By name, with how many deliveries are sent, wait or failed."""
    found = list_channels(audiences=audiences_of(request))
    return part_of(found, asked, name="channels", key=lambda one: (one.name,))


@router.get("subscriptions", response=SubscriptionList, summary="Who wants which notices")
@answers()
@needs("viewer")
def list_subscriptions(request: HttpRequest, asked: Query[AskedSubscriptions]) -> Page:
    """By id."""
    rows = _of_audiences(request, Subscription.objects.select_related("channel"), "audience")
    if asked.channel:
        rows = rows.filter(channel__name=asked.channel)
    return page_of(rows, asked, FIRST_SUBSCRIPTION, subscription)


@router.get("notices", response=NoticeList, summary="Notices, newest first")
@answers()
@needs("viewer")
def list_of_notices(request: HttpRequest, asked: Query[AskedNotices]) -> Page:
    """What was told, with how it fares on each channel; none where no channel wanted it."""
    rows = _notices(request)
    if asked.topic:
        rows = rows.filter(topic=asked.topic)
    if asked.subject:
        rows = rows.filter(subject=asked.subject)
    if asked.since:
        rows = rows.filter(created_at__gte=asked.since)
    if asked.failed:
        given_up = _deliveries(request).filter(state="failed")
        rows = rows.filter(pk__in=given_up.values("notice"))
    return page_of(rows, asked, NEWEST, _notice)


@router.get("notices/{notice_id}", response=NoticeShape, summary="One notice")
@answers()
@needs("viewer")
def get_notice(request: HttpRequest, notice_id: Id, asked: Query[AskedNotice]) -> object:
    """What it tells, and how it fares on each channel."""
    found = _notices(request).filter(pk=notice_id).first()
    if found is None:
        raise NoSuchNotice(notice_id)
    return _notice(found)


@router.get("deliveries", response=DeliveryList, summary="Deliveries, newest first")
@answers()
@needs("viewer")
def list_deliveries(request: HttpRequest, asked: Query[AskedDeliveries]) -> Page:
    """Each notice for each channel: sent, waiting, or given up and why."""
    rows = _deliveries(request)
    if hidden(request):
        rows = rows.filter(notice__in=_notices(request))
    if asked.channel:
        rows = rows.filter(channel__name=asked.channel)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return page_of(rows.select_related("notice"), asked, NEWEST_DELIVERY, _delivery)


@router.get("topics", response=TopicList, summary="What notices can tell of")
@answers()
@needs("viewer")
def list_topics(request: HttpRequest, asked: Query[AskedTopics]) -> Page:
    """By name."""
    found = [filled(TopicShape, topic) for topic in TOPICS.values()]
    return part_of(found, asked, name="topics", key=lambda one: (one["name"],))


def _notices(request: HttpRequest):
    deliveries = Prefetch("deliveries", _deliveries(request).order_by("channel__name"))
    rows = Notice.objects.prefetch_related(deliveries)
    unseen = hidden(request)
    if not unseen:
        return rows
    names = list(Strategy.objects.filter(pk__in=unseen).values_list("name", flat=True))
    return rows.exclude(payload__strategy__in=names).exclude(deliver.unseen(unseen))


def _deliveries(request: HttpRequest):
    return _of_audiences(request, Delivery.objects.select_related("channel", "sending"), "channel__audience")


def _of_audiences(request: HttpRequest, rows, path: str):
    audiences = audiences_of(request)
    return rows if audiences is None else rows.filter(**{f"{path}__in": audiences})


def _notice(row: Notice) -> object:
    return notice_item(row, [way_of(one) for one in row.deliveries.all()])


def _delivery(row: Delivery) -> dict[str, object]:
    way = way_of(row)
    told = {name: getattr(way, name) for name in names_of(WayShape)}
    notice = row.notice
    return told | {
        "notice": notice.pk,
        "topic": notice.topic,
        "subject": notice.subject,
        "created_at": notice.created_at,
    }


def subscription(row: Subscription) -> dict[str, object]:
    """A row fetched with its channel."""
    return filled(SubscriptionShape, row, channel=row.channel.name)

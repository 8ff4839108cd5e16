"""What was sent to channels, with every try: the log of deliveries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from heliograph.notices.errors import NoSuchSending
from heliograph.notices.forming import message_of, notices_of
from heliograph.notices.models import Delivery, Sending, State, Try
from heliograph.notices.words import line_of, title_of

# As many as a person looks at; all stand in the rows.
MOST_TRIES = 20


@dataclass(frozen=True, slots=True)
class TryItem:
    """One try."""

    at: datetime
    result: str
    seconds: float
    error: str


@dataclass(frozen=True, slots=True)
class SendingItem:
    """One message and its tries, oldest first. `delivery`: one of its deliveries, by which it is replayed."""

    id: int
    delivery: int | None
    message: str
    channel: str
    subscription: int | None
    topic: str
    title: str
    reason: str
    notices: int
    state: str
    tries: int
    made_at: datetime
    sent_at: datetime | None
    not_before: datetime
    error: str
    log: tuple[TryItem, ...]


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One notice of a message, in one line."""

    topic: str
    subject: str
    line: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WholeSending:
    """A message, what it says to people, and every notice that went in it."""

    item: SendingItem
    text: str
    told: tuple[ToldLine, ...]


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Deliveries of a channel that were given up before they were tried."""

    channel: str
    deliveries: int
    error: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Which of the log: of a channel, of a state or of all but one; of these audiences.

    `before`: the number of a sending; those that are older.
    """

    channel: str = ""
    state: str = ""
    but: str = ""
    audiences: Collection[str] | None = None
    before: int | None = None


def list_sendings(shown: Shown, *, limit: int = 50) -> list[SendingItem]:
    """The newest messages. Four statements."""
    found = _chosen(shown).select_related("channel").order_by("-pk")
    rows = list(found[:limit])
    single = [row.pk for row in rows if row.notices == 1]
    first = Delivery.objects.filter(sending__in=rows).order_by("sending", "pk").distinct("sending")
    deliveries = dict(first.values_list("sending", "pk"))
    told = Delivery.objects.filter(sending__in=single).values_list("sending", "notice__payload")
    payloads = dict(told)
    tries = _tries(rows)
    return [_item(row, deliveries.get(row.pk), payloads.get(row.pk), tries[row.pk]) for row in rows]


def given_up(shown: Shown) -> list[GivenUp]:
    """What has no message since its channel could not be reached for a day."""
    found = Delivery.objects.filter(state=State.FAILED, sending=None)
    if shown.channel:
        found = found.filter(channel__name=shown.channel)
    if shown.audiences is not None:
        found = found.filter(channel__audience__in=shown.audiences)
    counted = found.values("channel__name", "error").annotate(many=Count("pk")).order_by("channel__name")
    return [GivenUp(row["channel__name"], row["many"], row["error"]) for row in counted]


def read_sending(number: int, *, audiences: Collection[str] | None = None) -> WholeSending:
    """One message with its text and all that it tells of, or NoSuchSending."""
    row = _chosen(Shown(audiences=audiences)).select_related("channel").filter(pk=number).first()
    if row is None:
        raise NoSuchSending(number)
    notices = notices_of(row)
    first = row.deliveries.order_by("pk").values_list("pk", flat=True).first()
    item = _item(row, first, None, _tries([row])[row.pk])
    if not notices:
        return WholeSending(item, "", ())
    message = message_of(row, notices)
    lines = tuple(
        ToldLine(
            one.topic,
            one.subject,
            line_of(one.topic, one.payload, at=one.created_at, subject=one.subject),
            one.created_at,
        )
        for one in notices
    )
    return WholeSending(replace(item, title=message.title), message.text, lines)


def _chosen(shown: Shown) -> QuerySet[Sending]:
    found = Sending.objects.all()
    if shown.channel:
        found = found.filter(channel__name=shown.channel)
    if shown.state:
        found = found.filter(state=shown.state)
    if shown.but:
        found = found.exclude(state=shown.but)
    if shown.audiences is not None:
        own = Q(channel__audience__in=shown.audiences) | Q(subscription__audience__in=shown.audiences)
        found = found.filter(own)
    return found if shown.before is None else found.filter(pk__lt=shown.before)


def _tries(rows: Sequence[Sending]) -> dict[int, list[TryItem]]:
    found: dict[int, list[TryItem]] = defaultdict(list)
    for one in Try.objects.filter(sending__in=[row.pk for row in rows]).order_by("-pk"):
        if len(found[one.sending_id]) < MOST_TRIES:
            found[one.sending_id].insert(0, TryItem(one.at, one.result, one.seconds, one.error))
    return found


def _item(
    row: Sending, delivery: int | None, payload: dict[str, object] | None, tries: Sequence[TryItem]
) -> SendingItem:
    return SendingItem(
        id=row.pk,
        delivery=delivery,
        message=row.key,
        channel=row.channel.name,
        subscription=row.subscription_id,
        topic=row.topic,
        title=_title(row, payload),
        reason=row.reason,
        notices=row.notices,
        state=row.state,
        tries=row.tries,
        made_at=row.made_at,
        sent_at=row.sent_at,
        not_before=row.not_before,
        error=row.error,
        log=tuple(tries),
    )


def _title(row: Sending, payload: dict[str, object] | None) -> str:
    if row.reason == Sending.Reason.TEST:
        return "Test"
    if payload is None:
        return f"{row.notices:,} notices together"
    return title_of(row.topic, payload, subject=row.subject)

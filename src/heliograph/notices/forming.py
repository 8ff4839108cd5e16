"""Forms what is sent next on a channel: one notice, or several that are told together."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet

from heliograph.notices.channels import KINDS
from heliograph.notices.hours import quiet_until
from heliograph.notices.message import Message, iso
from heliograph.notices.models import Channel, Delivery, Notice, Sending, State, Subscription
from heliograph.notices.topics import DIGEST

MINUTE = timedelta(minutes=1)
# So many notices in one sending; what is left goes with the next. Of many, people read how many there are.
MOST_FOR_PEOPLE = 2_000
MOST_FOR_MACHINES = 200
Held, Reason = Delivery.Held, Sending.Reason


def form(channel: Channel, *, at: datetime) -> tuple[Sending, list[Notice]] | None:
    """Make the next sending of what is due, for its first try; None if nothing is, or it has to wait.

    The caller holds the channel's row locked.
    """
    while first := _due(channel, at=at).select_related("notice", "subscription").first():
        asked = first.subscription
        if asked and _wait_for_quiet(channel, asked, first.notice.topic, at=at):
            continue
        most, until = _room(channel, asked, at=at)
        alike = _due(channel, at=at).filter(subscription=asked)
        if most is not None and most <= 0:
            # Those behind it wait too, so that they stay in order and come together.
            alike.update(not_before=until, held=Held.MANY)
            continue
        if not first.held and (most is None or alike[: most + 1].count() <= most):
            return _make(channel, [first], at=at)
        together = list(
            alike.select_related("notice")[: MOST_FOR_MACHINES if most is None else MOST_FOR_PEOPLE]
        )
        return _make(channel, together, at=at)
    return None


def notices_of(sending: Sending) -> list[Notice]:
    """What it tells of, in order."""
    return list(Notice.objects.filter(deliveries__sending=sending).order_by("pk"))


def message_of(sending: Sending, notices: Sequence[Notice], *, site: str = "") -> Message:
    """What the channel sends: the same at every try, as notices are never rewritten."""
    if sending.topic != DIGEST:
        return Message(sending.topic, sending.subject, notices[0].payload, sending.created_at, site)
    listed = [
        {"type": one.topic, "timestamp": iso(one.created_at), "data": {"subject": one.subject, **one.payload}}
        for one in notices
    ]
    payload = {"reason": sending.reason, "count": len(listed), "notices": listed}
    return Message(DIGEST, sending.subject, payload, sending.created_at, site)


def postpone_if_quiet(sending: Sending, *, at: datetime) -> bool:
    """True if it may not be tried now, as the quiet hours have begun: it is, at their end."""
    asked = sending.subscription
    until = quiet_until(asked, sending.topic, at=at) if asked else None
    if until is None:
        return False
    Sending.objects.filter(pk=sending.pk).update(not_before=until)
    return True


def _due(channel: Channel, *, at: datetime) -> QuerySet[Delivery]:
    """What may go now and is in no sending yet, in the order in which it was told."""
    waiting = Delivery.objects.filter(channel=channel, state=State.PENDING, sending=None)
    return waiting.filter(not_before__lte=at).order_by("notice")


def _wait_for_quiet(channel: Channel, asked: Subscription, topic: str, *, at: datetime) -> bool:
    """True if quiet hours have begun before it could go: all that they hold back waits for their end."""
    until = quiet_until(asked, topic, at=at)
    if until is None:
        return False
    held_back = _due(channel, at=at).filter(subscription=asked, notice__topic=topic)
    held_back.update(not_before=until, held=Held.QUIET)
    return True


def _room(channel: Channel, asked: Subscription | None, *, at: datetime) -> tuple[int | None, datetime]:
    """How many messages may go now, and when there is room again; None: any number.

    A subscription's own limit counts its messages, that of the kind all messages of the channel.
    """
    sent = Sending.objects.filter(channel=channel, made_at__gt=at - MINUTE).exclude(reason=Reason.TEST)
    if asked and asked.per_minute is not None:
        most, sent = asked.per_minute, sent.filter(subscription=asked)
    else:
        kind = KINDS.get(channel.kind)
        if kind is None or kind.per_minute is None:
            return None, at
        most = kind.per_minute
    times = list(sent.order_by("-made_at").values_list("made_at", flat=True)[:most])
    return most - len(times), (times[-1] if times else at) + MINUTE


def _make(channel: Channel, chosen: Sequence[Delivery], *, at: datetime) -> tuple[Sending, list[Notice]]:
    first, last = chosen[0].notice, chosen[-1].notice
    single = len(chosen) == 1
    reason = Reason.SINGLE if single else (chosen[0].held or Reason.MANY)
    subject = first.subject if single else f"digest:{first.pk}-{last.pk}:{len(chosen)}"
    message = Message(first.topic if single else DIGEST, subject, {}, last.created_at)
    sending = Sending.objects.create(
        channel=channel,
        subscription=chosen[0].subscription,
        key=message.id,
        topic=message.topic,
        subject=message.subject,
        created_at=message.created_at,
        reason=reason,
        notices=len(chosen),
        tries=1,
        epoch=1,
        not_before=at,
        made_at=at,
    )
    Delivery.objects.filter(pk__in=[one.pk for one in chosen]).update(sending=sending)
    return sending, [one.notice for one in chosen]

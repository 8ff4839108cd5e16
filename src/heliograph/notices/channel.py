"""Channels: added, tried, switched on and off, removed."""

import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from heliograph.notices.channels import KINDS
from heliograph.notices.errors import BadChannel, NoSuchChannel, NotSent
from heliograph.notices.message import Message
from heliograph.notices.models import Channel, Delivery, Sending, State, Try
from heliograph.notices.topics import TEST, check_topics

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def add_channel(
    name: str,
    *,
    kind: str,
    options: Mapping[str, object],
    topics: Sequence[str] | None = (),
    audience: str = "",
    at: datetime,
) -> Channel:
    """Store a channel, and a subscription to all topics or to these (`signal.*`: all below).

    With None there is no subscription: nothing goes to it before somebody adds one.
    """
    if not NAME.fullmatch(name):
        raise BadChannel(f"'{name}': a name has up to 64 letters, digits, `.`, `_` and `-`.")
    if kind not in KINDS:
        raise BadChannel(f"There is no kind of channel '{kind}'; there are {', '.join(sorted(KINDS))}.")
    wanted = check_topics(topics or ())
    KINDS[kind].check(options)
    try:
        with transaction.atomic():
            made = Channel.objects.create(
                name=name, kind=kind, options=dict(options), audience=audience, created_at=at
            )
            if topics is not None:
                made.subscriptions.create(audience=audience, topics=wanted, created_at=at)
            return made
    except IntegrityError as fault:
        raise BadChannel(
            f"There is a channel '{name}' already; remove it first, or take another name."
        ) from fault


def find_channel(name: str) -> Channel:
    """The channel of that name, or NoSuchChannel."""
    channel = Channel.objects.filter(name=name).first()
    if channel is None:
        raise NoSuchChannel(name, known=list(Channel.objects.order_by("name").values_list("name", flat=True)))
    return channel


def try_channel(name: str, *, at: datetime, site: str = "") -> Message:
    """Send a test at once, beside the outbox; NotSent says what went wrong. Both stand in the log."""
    channel = find_channel(name)
    payload = {"text": f"This is a test of the channel {name}."}
    message = Message(TEST.name, f"channel:{name}", payload, at, site)
    began = time.monotonic()
    try:
        KINDS[channel.kind].send(message, channel.options, at=at)
    except NotSent as fault:
        _keep(channel, message, seconds=time.monotonic() - began, fault=fault)
        raise
    _keep(channel, message, seconds=time.monotonic() - began)
    return message


def _keep(channel: Channel, message: Message, *, seconds: float, fault: NotSent | None = None) -> None:
    """Write a test into the log."""
    at, state = message.created_at, State.FAILED if fault else State.SENT
    with transaction.atomic():
        sending = channel.sendings.create(
            key=message.id,
            topic=message.topic,
            subject=message.subject,
            created_at=at,
            reason=Sending.Reason.TEST,
            notices=0,
            state=state,
            tries=1,
            not_before=at,
            made_at=at,
            sent_at=None if fault else at + timedelta(seconds=seconds),
            error=str(fault or ""),
        )
        result = Try.Result.UNREACHED if fault else Try.Result.SENT
        sending.log.create(at=at, seconds=seconds, result=result, error=str(fault or ""))


def enable_channel(name: str) -> Channel:
    """Let notices go to it again, from now on; what waited for it goes first."""
    channel = find_channel(name)
    KINDS[channel.kind].check(channel.options)
    Channel.objects.filter(pk=channel.pk).update(enabled=True, reason="", failures=0, rests_until=None)
    return find_channel(name)


def disable_channel(name: str) -> Channel:
    """Let nothing go to it; what is on its way waits, and notices of meanwhile are not for it."""
    channel = find_channel(name)
    Channel.objects.filter(pk=channel.pk).update(enabled=False, reason="")
    return find_channel(name)


def remove_channel(name: str) -> int:
    """Forget a channel with its deliveries; how many of them had not been sent."""
    channel = find_channel(name)
    with transaction.atomic():
        dropped = Delivery.objects.filter(channel=channel).exclude(state=Delivery.State.SENT).count()
        channel.delete()
    return dropped

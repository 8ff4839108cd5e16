"""Channels: added, tried, switched on and off, removed."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from heliograph.notices.channels import KINDS
from heliograph.notices.errors import BadChannel, NoSuchChannel
from heliograph.notices.message import Message
from heliograph.notices.models import Channel, Delivery

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TOPIC = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?")


def add_channel(
    name: str, *, kind: str, options: Mapping[str, object], topics: Sequence[str] = (), at: datetime
) -> Channel:
    """Store a channel; notices from now on go to it, all or those of the `topics` (`signal.*`: all below)."""
    if not NAME.fullmatch(name):
        raise BadChannel(f"'{name}': a name has up to 64 letters, digits, `.`, `_` and `-`.")
    if kind not in KINDS:
        raise BadChannel(f"There is no kind of channel '{kind}'; there are {', '.join(sorted(KINDS))}.")
    for topic in topics:
        if not TOPIC.fullmatch(topic):
            raise BadChannel(f"'{topic}' is no topic; it looks like signal.published or signal.*.")
    KINDS[kind].check(options)
    try:
        with transaction.atomic():
            return Channel.objects.create(
                name=name, kind=kind, options=dict(options), topics=list(topics), created_at=at
            )
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


def try_channel(name: str, *, at: datetime) -> Message:
    """Send a test notice at once, beside the outbox; NotSent says what went wrong."""
    channel = find_channel(name)
    payload = {"text": f"This is a test of the channel {name}."}
    message = Message("test", f"channel:{name}", payload, at)
    KINDS[channel.kind].send(message, channel.options, at=at)
    return message


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

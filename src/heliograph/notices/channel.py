"""Channels: added, changed, tried, switched on and off, removed."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from heliograph.notices.channels import KINDS
from heliograph.notices.channels.webhook.own_secret import OWN_SECRET, new_mark, own_secret
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
        raise BadChannel(f"'{name}': a name has up to 64 letters, digits, `.`, `_` and `-`.", field="name")
    if kind not in KINDS:
        raise BadChannel(f"There is no kind of channel '{kind}'; there are {', '.join(sorted(KINDS))}.")
    wanted = check_topics(topics or ())
    stored = KINDS[kind].complete(options, known={})
    KINDS[kind].check(stored)
    try:
        with transaction.atomic():
            made = Channel.objects.create(
                name=name, kind=kind, options=dict(stored), audience=audience, created_at=at
            )
            if topics is not None:
                made.subscriptions.create(audience=audience, topics=wanted, created_at=at)
            return made
    except IntegrityError as fault:
        raise BadChannel(
            f"There is a channel '{name}' already; remove it first, or take another name.", field="name"
        ) from fault


def find_channel(name: str) -> Channel:
    """The channel of that name, or NoSuchChannel."""
    channel = Channel.objects.filter(name=name).first()
    if channel is None:
        raise NoSuchChannel(name, known=list(Channel.objects.order_by("name").values_list("name", flat=True)))
    return channel


def change_channel(name: str, options: Mapping[str, object]) -> Channel:
    """Let it have these options instead; what waits goes by them. A secret of our making stays the same."""
    channel = find_channel(name)
    kind = KINDS[channel.kind]
    stored = kind.complete(options, known=channel.options)
    kind.check(stored)
    # It may be reached again.
    Channel.objects.filter(pk=channel.pk).update(options=dict(stored), failures=0, rests_until=None)
    return find_channel(name)


def made_secrets(name: str) -> list[str]:
    """The signing secrets that were made for it, the newest first; none where it has one of its own."""
    marks = str(find_channel(name).options.get(OWN_SECRET, ""))
    return [own_secret(mark) for mark in marks.split()]


@transaction.atomic
def renew_secret(name: str) -> None:
    """Make a new secret; it and the one of before sign until `end_old_secret`."""
    channel = _with_made_secret(name)
    newest = str(channel.options[OWN_SECRET]).split()[:1]
    _store_marks(channel, [new_mark(), *newest])


@transaction.atomic
def end_old_secret(name: str) -> None:
    """From now on only the newest secret signs."""
    channel = _with_made_secret(name)
    _store_marks(channel, str(channel.options[OWN_SECRET]).split()[:1])


def _with_made_secret(name: str) -> Channel:
    find_channel(name)
    channel = Channel.objects.select_for_update().get(name=name)
    if not channel.options.get(OWN_SECRET):
        raise BadChannel(f"The channel {name} has no secret that was made for it.")
    return channel


def _store_marks(channel: Channel, marks: Sequence[str]) -> None:
    options = {**channel.options, OWN_SECRET: " ".join(marks)}
    Channel.objects.filter(pk=channel.pk).update(options=options)


@dataclass(frozen=True, slots=True)
class Tested:
    """A test that was sent to a channel; `fault` says why it was not taken."""

    channel: Channel
    message: Message
    seconds: float
    fault: NotSent | None


def try_channel(name: str, *, at: datetime, site: str = "") -> Message:
    """Send a test at once, beside the outbox; NotSent says what went wrong. Both stand in the log."""
    tested = send_test(name, at=at, site=site)
    keep_test(tested)
    if tested.fault is not None:
        raise tested.fault
    return tested.message


def send_test(name: str, *, at: datetime, site: str = "") -> Tested:
    """Send a test; nothing is stored of it before `keep_test`."""
    channel = find_channel(name)
    payload = {"text": f"This is a test of the channel {name}."}
    message = Message(TEST.name, f"channel:{name}", payload, at, site)
    began = time.monotonic()
    try:
        KINDS[channel.kind].send(message, channel.options, at=at)
    except NotSent as refused:
        return Tested(channel, message, time.monotonic() - began, refused)
    return Tested(channel, message, time.monotonic() - began, None)


def keep_test(tested: Tested) -> None:
    """Write a test into the log."""
    channel, message, seconds, fault = tested.channel, tested.message, tested.seconds, tested.fault
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

"""Sends a notice as a signed request, and reads what the answer means for the channel."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from standardwebhooks import Webhook

from heliograph.notices.channels.kind import Kind, Options
from heliograph.notices.channels.webhook.post import Answer, post
from heliograph.notices.channels.webhook.target import Target
from heliograph.notices.errors import BadChannel, ChannelGone, NoticeRefused, NotSent
from heliograph.notices.message import Message

# What the other side says of this notice alone; all else is taken to concern the channel.
OF_THE_NOTICE = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
LONGEST_REST = 86_400.0


def check(options: Options) -> None:
    """Address and secret must be fit for use, here and now."""
    Target.of(options).secrets()


def where(options: Options) -> str:
    """The address without its query, which may hold a secret."""
    return str(options.get("url", "")).partition("?")[0]


def send(message: Message, options: Options, *, at: datetime) -> None:
    """One request, signed with the time of this try."""
    try:
        target = Target.of(options)
        secrets = target.secrets()
    except BadChannel as fault:
        raise NotSent(str(fault)) from fault
    signatures = " ".join(Webhook(secret).sign(message.id, at, message.body) for secret in secrets)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Heliograph",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures,
    }
    _judge(post(target, headers, message.body.encode()), at=at)


def _judge(answer: Answer, *, at: datetime) -> None:
    """Nothing if the notice was taken; else the error that says what is to follow."""
    if 200 <= answer.status < 300:
        return
    told = f"It answered {answer.status} {answer.reason}".rstrip()
    if answer.status == HTTPStatus.GONE:
        raise ChannelGone(f"{told}: it wants no more notices.")
    if answer.status in OF_THE_NOTICE:
        raise NoticeRefused(f"{told}: {answer.start}" if answer.start else f"{told}.")
    if 300 <= answer.status < 400:
        raise NotSent(f"{told}; redirects are not followed, so name the final address.")
    raise NotSent(f"{told}.", after=_asked_rest(answer.headers, at=at) if answer.status in BUSY else None)


def _asked_rest(headers: Mapping[str, str], *, at: datetime) -> float | None:
    """Seconds of Retry-After, which gives them or a date (RFC 9110, 10.2.3); None where it cannot be read."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_REST)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    if until.tzinfo is None:
        return None
    return min(max((until - at).total_seconds(), 0.0), LONGEST_REST)


WEBHOOK = Kind(check=check, where=where, send=send)

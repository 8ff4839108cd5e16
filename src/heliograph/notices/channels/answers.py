"""What the answer of a web server means for a notice and for its channel."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from heliograph.notices.channels.exchange import Answer
from heliograph.notices.errors import ChannelGone, NoticeRefused, NotSent

# What the other side says of this notice alone; all else is taken to concern the channel.
OF_THE_NOTICE = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
LONGEST_REST = 86_400.0


def judge(answer: Answer, *, at: datetime) -> None:
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

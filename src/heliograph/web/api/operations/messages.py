"""What was sent to channels, with every try."""

from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Query

from heliograph.notices.log import Shown, list_sendings, read_sending
from heliograph.signals.errors import BadCursor
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Name, Paging
from heliograph.web.api.operations.notices import router
from heliograph.web.api.paging import Order, Page
from heliograph.web.api.seen import audiences_of
from heliograph.web.api.shapes.filled import filled, filler
from heliograph.web.api.shapes.messages import MessageDetail, MessageList, MessageShape

NEWEST = Order("messages", ("-pk",))
message = filler(MessageShape)


class AskedMessages(Paging):
    """Which messages."""

    shape: ClassVar[type] = MessageShape
    channel: Name | None = None
    state: Literal["pending", "sent", "failed"] | None = None


class AskedMessage(Chosen):
    """What of one message."""

    shape: ClassVar[type] = MessageDetail


@router.get("messages", response=MessageList, summary="Messages to channels, newest first")
@answers()
@needs("viewer")
def list_messages(request: HttpRequest, asked: Query[AskedMessages]) -> Page:
    """What was sent, waits or was given up, with the last tries of each; tests are among them."""
    before = None
    if asked.cursor:
        (before,) = NEWEST.places(asked.cursor)
        if not isinstance(before, int):
            raise BadCursor
    shown = Shown(
        channel=asked.channel or "",
        state=asked.state or "",
        audiences=audiences_of(request),
        before=before,
    )
    found = list_sendings(shown, limit=asked.limit + 1)
    items = found[: asked.limit]
    following = NEWEST.mark(items[-1].id) if len(found) > asked.limit else None
    return Page([message(one) for one in items], following)


@router.get("messages/{message_id}", response=MessageDetail, summary="One message")
@answers()
@needs("viewer")
def get_message(request: HttpRequest, message_id: Id, asked: Query[AskedMessage]) -> dict[str, object]:
    """What it said, and every notice that went in it."""
    found = read_sending(message_id, audiences=audiences_of(request))
    told = {name: getattr(found.item, name) for name in MessageShape.model_fields}
    return filled(MessageDetail, found, **told)

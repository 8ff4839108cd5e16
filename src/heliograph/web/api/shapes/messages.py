"""What was sent to channels."""

from datetime import datetime

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed


class TryShape(Schema):
    """One try to send."""

    at: datetime
    result: str
    seconds: float
    error: str


class MessageShape(Schema):
    """What a channel was sent in one go, with its last tries, oldest first. `delivery` is one of its
    deliveries, by which it is sent again; `message` is the id by which a receiver discards repeats."""

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
    log: list[TryShape]


class MessageList(Listed[MessageShape]):
    """A page of messages."""


class ToldShape(Schema):
    """One notice of a message, in one line."""

    topic: str
    subject: str
    line: str
    at: datetime


class MessageDetail(MessageShape):
    """The same with what it says to people, and all that it tells of."""

    text: str
    told: list[ToldShape]

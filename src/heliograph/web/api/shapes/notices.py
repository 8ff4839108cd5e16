"""Channels, what is wanted on them, and what was sent."""

from datetime import datetime, time
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed


class ChannelShape(Schema):
    """A channel, and how its deliveries stand; `error`: what went wrong last, while it fails."""

    name: str
    kind: str
    where: str
    audience: str
    topics: list[str]
    enabled: bool
    reason: str
    sent: int
    pending: int
    failed: int
    failures: int
    error: str
    last_sent_at: datetime | None
    rests_until: datetime | None


class ChannelList(Listed[ChannelShape]):
    """A page of channels."""


class ChannelDetail(ChannelShape):
    """The same with its options; `secrets`: how many signing secrets that were made for it are in use."""

    options: dict[str, object]
    secrets: int


class MadeChannelShape(ChannelDetail):
    """The same with the signing secret that was made for it, which is shown this once; null: none was."""

    secret: str | None


class ChannelSecretShape(Schema):
    """The newest signing secret of a channel, which is shown this once; `secrets`: how many sign with it."""

    channel: str
    secret: str
    secrets: int


class OptionShape(Schema):
    """An option of a kind of channel. One that `holds_secret` names an environment variable; one that is
    `inside` only an admin may give. `choices` are its values, where it has only some."""

    name: str
    label: str
    says: str
    needed: bool
    shape: Literal["text", "lines", "number", "tick", "choice", "area"]
    choices: list[str]
    example: str
    holds_secret: bool
    inside: bool


class ChannelKindShape(Schema):
    """What a channel can be: its `kind`, options that are the same for all of it, and those that it takes."""

    name: str
    title: str
    says: str
    group: str
    kind: str
    fixed: dict[str, object]
    options: list[OptionShape]


class ChannelKindList(Listed[ChannelKindShape]):
    """A page of kinds of channels."""


class TestShape(Schema):
    """A test that a channel took, `message` being its id, or did not take."""

    channel: str
    sent: bool
    message: str | None
    error: str


class ReplayedShape(Schema):
    """How many deliveries go again."""

    count: int


class SubscriptionShape(Schema):
    """Who wants which notices on which channel, and when. An empty filter lets all through."""

    id: int
    channel: str
    audience: str
    topics: list[str]
    strategies: list[str]
    instruments: list[str]
    least_confidence: float | None
    side: str
    quiet_from: time | None
    quiet_until: time | None
    quiet_but: list[str]
    zone: str
    digest_minutes: int | None
    digest_at: time | None
    per_minute: int | None
    paused: bool
    created_at: datetime


class SubscriptionList(Listed[SubscriptionShape]):
    """A page of subscriptions."""


class WayShape(Schema):
    """How one notice fares on one channel; `message` is the id of what it went in."""

    delivery: int
    channel: str
    state: str
    tries: int
    not_before: datetime
    held: str
    message: str | None
    sent_at: datetime | None
    error: str


class NoticeShape(Schema):
    """One thing that was told, with its deliveries."""

    id: int
    topic: str
    subject: str
    payload: dict[str, object]
    created_at: datetime
    ways: list[WayShape]


class NoticeList(Listed[NoticeShape]):
    """A page of notices."""


class DeliveryShape(WayShape):
    """A delivery with the notice that it brings."""

    notice: int
    topic: str
    subject: str
    created_at: datetime


class DeliveryList(Listed[DeliveryShape]):
    """A page of deliveries."""


class TopicShape(Schema):
    """One kind of notice; `fields`: which filters look at it."""

    name: str
    title: str
    says: str
    fields: list[str]


class TopicList(Listed[TopicShape]):
    """A page of topics."""

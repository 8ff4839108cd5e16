"""Adds subscriptions, changes and pauses them, and takes them away."""

from dataclasses import fields
from datetime import time
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Status
from pydantic import BeforeValidator, WithJsonSchema

from heliograph.kit.clock import utc_now
from heliograph.notices import subscription as verbs
from heliograph.notices.models import Notice, Subscription
from heliograph.notices.subscription import Wish
from heliograph.notices.words import title_of
from heliograph.web.accounts.access import changes_nothing, needs
from heliograph.web.accounts.asker import person_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.asked import Id, Line, Slug, Told
from heliograph.web.api.changing import wake_after
from heliograph.web.api.described import also
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.operations.channels import find_channel
from heliograph.web.api.operations.notices import router, subscription
from heliograph.web.api.problems import Refused
from heliograph.web.api.shapes.asides import PreviewedNotice, PreviewShape
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.notices import SubscriptionShape
from heliograph.web.views.audience import audiences_of, choices, hidden_names, usable


def _clock(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found = time.fromisoformat(value)
    except ValueError as fault:
        raise ValueError("it is a time of day such as 22:30") from fault
    if found.tzinfo is not None:
        raise ValueError("it is a time of day in `zone`, without an offset")
    return found


Clock = Annotated[
    time, BeforeValidator(_clock), WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"})
]
Patterns = Annotated[list[Line], Field(max_length=200)]


class SubscriptionTold(Told):
    """Who wants which notices on which channel, and when; an empty filter lets all through.

    `audience` is whose it is, such as "person:7": yourself where it is null; empty: everybody's.
    """

    channel: Slug
    audience: Annotated[str, Field(max_length=40)] | None = None
    topics: Patterns = Field(default_factory=list)
    strategies: Patterns = Field(default_factory=list)
    instruments: Patterns = Field(default_factory=list)
    least_confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    side: Literal["", "long", "short"] = ""
    quiet_from: Clock | None = None
    quiet_until: Clock | None = None
    quiet_but: Patterns = Field(default_factory=list)
    zone: Line = "UTC"
    digest_minutes: Annotated[int, Field(ge=1, le=1_440)] | None = None
    digest_at: Clock | None = None
    per_minute: Annotated[int, Field(ge=1, le=600)] | None = None

    def wish(self, audience: str) -> Wish:
        """The same for the verb."""
        told = {one.name: getattr(self, one.name) for one in fields(Wish)}
        return Wish(**told | {"audience": audience})


@router.post("subscriptions", response={201: SubscriptionShape}, summary="Subscribe to notices")
@also(404)
@idempotent
@needs("analyst")
def add_subscription(request: HttpRequest, told: SubscriptionTold) -> Status:
    """Notices from now on go by it."""
    made = verbs.add_subscription(_wish(request, told), at=utc_now())
    return Status(201, _told(request, made, "subscription.add"))


@router.put("subscriptions/{subscription_id}", response=SubscriptionShape, summary="Change a subscription")
@idempotent
@needs("analyst")
def change_subscription(
    request: HttpRequest, subscription_id: Id, told: SubscriptionTold
) -> dict[str, object]:
    """To all that is said, left out being the default; what waits goes when it was to go."""
    known = verbs.find_subscription(subscription_id, audiences=audiences_of(request))
    wish = _wish(request, told, known)
    made = verbs.change_subscription(subscription_id, wish, audiences=audiences_of(request))
    return _told(request, made, "subscription.change")


@router.post("subscriptions/{subscription_id}/pause", response=SubscriptionShape, summary="Pause it")
@idempotent
@needs("analyst")
def pause_subscription(request: HttpRequest, subscription_id: Id) -> dict[str, object]:
    """Notices of meanwhile do not go by it."""
    made = verbs.pause_subscription(subscription_id, audiences=audiences_of(request))
    return _told(request, made, "subscription.pause")


@router.post("subscriptions/{subscription_id}/resume", response=SubscriptionShape, summary="Let it go on")
@idempotent
@needs("analyst")
def resume_subscription(request: HttpRequest, subscription_id: Id) -> dict[str, object]:
    """From now on."""
    made = verbs.pause_subscription(subscription_id, paused=False, audiences=audiences_of(request))
    return _told(request, made, "subscription.resume")


@router.delete("subscriptions/{subscription_id}", response={204: None}, summary="End a subscription")
@idempotent
@needs("analyst")
def remove_subscription(request: HttpRequest, subscription_id: Id) -> Status:
    """What waited for its hours goes at once."""
    known = verbs.find_subscription(subscription_id, audiences=audiences_of(request))
    verbs.remove_subscription(subscription_id, at=utc_now())
    wake_after("deliver_due")
    tell(request, "subscription.remove", f"subscription {subscription_id}", channel=known.channel.name)
    return Status(204, None)


@router.post("subscription-preview", response=PreviewShape, summary="What would have come by a subscription")
@changes_nothing
@also(404)
@needs("analyst")
def preview_subscription(request: HttpRequest, told: SubscriptionTold) -> dict[str, object]:
    """Of the last seven days; nothing is stored."""
    found = verbs.preview(_wish(request, told), at=utc_now(), hidden=hidden_names(request))
    return filled(PreviewShape, found, examples=[_previewed(one) for one in found.examples])


def _previewed(notice: Notice) -> dict[str, object]:
    title = title_of(notice.topic, notice.payload, subject=notice.subject)
    return filled(PreviewedNotice, notice, title=title)


def _wish(request: HttpRequest, told: SubscriptionTold, known: Subscription | None = None) -> Wish:
    offered = dict(choices(request))
    audience = told.audience
    if audience is None:
        audience = known.audience if known else f"person:{person_of(request).pk}"
    if audience not in offered and (known is None or known.audience != audience):
        raise Refused(422, "Choose `audience` from yourself, your teams and everybody.", name="audience")
    find_channel(told.channel, usable(request))
    return told.wish(audience)


def _told(request: HttpRequest, row: Subscription, action: str) -> dict[str, object]:
    tell(request, action, f"subscription {row.pk}", channel=row.channel.name)
    return subscription(row)

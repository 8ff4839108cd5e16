"""Adds channels, tries them, switches them on and off, and sends again what was given up."""

import json
from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Status

from heliograph.errors import NotFound
from heliograph.kit.clock import utc_now
from heliograph.notices import channel as verbs
from heliograph.notices.channels.inside import refuse_inside
from heliograph.notices.channels.secrets import is_own
from heliograph.notices.channels.webhook.own_secret import OWN_SECRET
from heliograph.notices.errors import NoSuchDelivery
from heliograph.notices.models import Channel
from heliograph.notices.queries import list_channels
from heliograph.notices.replay import Chosen, channel_of, replay, replay_delivery
from heliograph.web import outside
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.api.asked import Id, Line, Name, Slug, Told
from heliograph.web.api.changing import insist, wake_after
from heliograph.web.api.described import also
from heliograph.web.api.idempotent import hushed, idempotent, reaches_out
from heliograph.web.api.operations.notices import router
from heliograph.web.api.problems import Refused
from heliograph.web.api.seen import audiences_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.notices import (
    ChannelDetail,
    ChannelShape,
    MadeChannelShape,
    ReplayedShape,
    TestShape,
)
from heliograph.web.views.audience import choices
from heliograph.workers.unheard import unheard_by

MOST_OPTIONS = 20_000
Topics = Annotated[list[Line], Field(max_length=50)]
# What reaches into the machine or the network around it.
INSIDE = ("file", "allow_private")


class ChannelTold(Told):
    """A channel, with the options that its kind takes; secrets are named by environment variables, not sent.

    `topics`: what it gets, all where it is empty; null: nothing before somebody subscribes. `audience`: whose
    it is, such as "person:7"; empty: everybody's.
    """

    name: Slug
    kind: Literal["apprise", "email", "log", "webhook"]
    options: dict[Line, object] = Field(default_factory=dict)
    topics: Topics | None = Field(default_factory=list)
    audience: Annotated[str, Field(max_length=40, pattern=r"^((person|team):[0-9]{1,18})?$")] = ""


class GivenUpTold(Told):
    """Of which channel."""

    channel: Line


@router.post("channels", response={201: MadeChannelShape}, summary="Add a channel")
@hushed("secret")
@needs("operator")
def add_channel(request: HttpRequest, told: ChannelTold) -> Status:
    """Notices from now on go to it. A file, or an address within the own network, only an admin may name.

    A signing secret that is made for a webhook is shown this once: under the same key it is null.
    """
    if told.audience not in dict(choices(request)):
        raise Refused(422, "Choose `audience` from yourself, your teams and everybody.", name="audience")
    check_options(request, told.options)
    verbs.add_channel(
        told.name,
        kind=told.kind,
        options=told.options,
        topics=told.topics,
        audience=told.audience,
        at=utc_now(),
    )
    tell(request, "channel.add", told.name, kind=told.kind)
    return Status(201, detail(told.name) | {"secret": newest_secret(told.name)})


@router.post("channels/{name}/test", response=TestShape, summary="Send a test through a channel")
@reaches_out
@needs("operator")
def test_channel(request: HttpRequest, name: Name) -> dict[str, object]:
    """At once; where it is not taken, `error` says why."""
    find_own(request, name)
    tested = outside.test_channel(request, name, at=utc_now())
    message = None if tested.fault else tested.message.id
    return {"channel": name, "sent": not tested.fault, "message": message, "error": str(tested.fault or "")}


@router.post("channels/{name}/enable", response=ChannelShape, summary="Let notices go to a channel")
@idempotent
@needs("operator")
def enable_channel(request: HttpRequest, name: Name) -> object:
    """From now on; what waited goes first."""
    find_own(request, name)
    verbs.enable_channel(name)
    wake_after("deliver_due")
    tell(request, "channel.enable", name)
    return _item(name)


@router.post("channels/{name}/disable", response=ChannelShape, summary="Let nothing go to a channel")
@idempotent
@needs("operator")
def disable_channel(request: HttpRequest, name: Name) -> object:
    """What is on its way waits; notices of meanwhile are not for it."""
    find_own(request, name)
    verbs.disable_channel(name)
    tell(request, "channel.disable", name)
    return _item(name)


@router.delete("channels/{name}", response={204: None}, summary="Forget a channel")
@idempotent
@needs("operator")
def remove_channel(request: HttpRequest, name: Name) -> Status:
    """With its subscriptions and deliveries."""
    find_own(request, name)
    unsent = verbs.remove_channel(name)
    tell(request, "channel.remove", name, unsent=unsent)
    return Status(204, None)


@router.post("deliveries/{delivery_id}/replay", response=ReplayedShape, summary="Send a delivery again")
@idempotent
@needs("operator")
def replay_one(request: HttpRequest, delivery_id: Id) -> dict[str, int]:
    """With all that went in the same message; one that waits already goes as it would."""
    try:
        find_own(request, channel_of(delivery_id))
    except NotFound as fault:
        raise NoSuchDelivery(delivery_id) from fault
    count = replay_delivery(delivery_id, at=utc_now(), hides=unheard_by)
    wake_after("deliver_due")
    tell(request, "notice.replay", f"delivery {delivery_id}", count=count)
    return {"count": count}


@router.post("deliveries/replay", response=ReplayedShape, summary="Send again what was given up")
@also(404)
@idempotent
@needs("operator")
def replay_given_up(request: HttpRequest, told: GivenUpTold) -> dict[str, int]:
    """All failed deliveries of a channel."""
    count = replay(Chosen(channel=find_own(request, told.channel)), at=utc_now(), hides=unheard_by)
    wake_after("deliver_due")
    tell(request, "notice.replay", told.channel, count=count)
    return {"count": count}


def find_own(request: HttpRequest, name: str) -> Channel:
    """The channel of that name, NotFound too where whoever asks may not see it."""
    return find_channel(name, audiences_of(request))


def find_channel(name: str, audiences: Collection[str] | None) -> Channel:
    """The channel of that name among those of these audiences (None: of all)."""
    found = verbs.find_channel(name)
    if audiences is not None and found.audience not in audiences:
        raise NotFound(f"There is no channel '{name}'; /api/v1/channels lists what there is.")
    return found


def check_options(request: HttpRequest, options: Mapping[str, object]) -> None:
    """Refused where whoever asks may not give these options to a channel."""
    if len(json.dumps(options)) > MOST_OPTIONS:
        raise Refused(422, f"The options have at most {MOST_OPTIONS:,} characters.", name="options")
    for name, value in options.items():
        if name in INSIDE:
            insist(request, "admin", f"The option `{name}` reaches inside: it")
        if name.endswith("_env") and is_own(str(value)):
            raise Refused(
                422, f"`{value}` is a setting of the installation, not a secret of a channel.", name=name
            )
    refuse_inside(options)


def detail(name: str) -> dict[str, object]:
    """A channel with its options, but for the marks of its secrets."""
    marks, options = marks_of(name)
    return filled(ChannelDetail, _item(name), options=options, secrets=len(marks))


def marks_of(name: str) -> tuple[list[str], dict[str, object]]:
    """The marks of the secrets that were made for a channel, the newest first, and its other options."""
    options = dict(verbs.find_channel(name).options)
    return str(options.pop(OWN_SECRET, "")).split(), options


def newest_secret(name: str) -> str | None:
    """The secret that was made for it last; None where none was."""
    return next(iter(verbs.made_secrets(name)), None)


def _item(name: str) -> object:
    return next(one for one in list_channels() if one.name == name)

"""What a channel can be, what one is, and changing it: its options, and the secret that was made for it."""

from typing import ClassVar

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query

from heliograph.notices import channel as verbs
from heliograph.notices.channels.asks import Ask
from heliograph.notices.channels.offers import OFFERS, Offer
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Line, Name, Paging, Told
from heliograph.web.api.changing import wake_after
from heliograph.web.api.idempotent import hushed, idempotent
from heliograph.web.api.operations.channels import check_options, detail, find_own, marks_of, newest_secret
from heliograph.web.api.operations.notices import router
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.filled import filled
from heliograph.web.api.shapes.notices import (
    ChannelDetail,
    ChannelKindList,
    ChannelKindShape,
    ChannelSecretShape,
    MadeChannelShape,
    OptionShape,
)


class AskedKinds(Paging):
    """Which kinds of channels."""

    shape: ClassVar[type] = ChannelKindShape


class AskedChannel(Chosen):
    """What of one channel."""

    shape: ClassVar[type] = ChannelDetail


class ChannelChange(Told):
    """What is to be other than it is: options by their names, null taking one away; `enabled` lets notices go
    to it, or not."""

    options: dict[Line, object] = Field(default_factory=dict)
    enabled: bool | None = None


@router.get("channel-kinds", response=ChannelKindList, summary="What a channel can be")
@answers()
@needs("viewer")
def list_channel_kinds(request: HttpRequest, asked: Query[AskedKinds]) -> Page:
    """By name, each with the options that it takes."""
    offered = [_kind(one) for one in OFFERS.values() if one.group]
    return part_of(offered, asked, name="channel kinds", key=lambda one: (str(one["name"]),))


@router.get("channels/{name}", response=ChannelDetail, summary="One channel")
@answers()
@needs("operator")
def get_channel(request: HttpRequest, name: Name, asked: Query[AskedChannel]) -> dict[str, object]:
    """How it does, and with which options."""
    return detail(find_own(request, name).name)


@router.patch("channels/{name}", response=MadeChannelShape, summary="Change a channel")
@hushed("secret")
@needs("operator")
def change_channel(request: HttpRequest, name: Name, told: ChannelChange) -> dict[str, object]:
    """What waits goes by the new options. A secret that was made for it stays the same; one that is made now
    is shown this once: under the same key it is null."""
    known = find_own(request, name)
    marks, options = marks_of(name)
    changed = {key: value for key, value in told.options.items() if options.get(key) != value}
    if changed:
        given = {key: value for key, value in (options | changed).items() if value is not None}
        check_options(request, {key: value for key, value in changed.items() if value is not None})
        verbs.change_channel(name, given)
    if told.enabled is not None and told.enabled != known.enabled:
        (verbs.enable_channel if told.enabled else verbs.disable_channel)(name)
    wake_after("deliver_due")
    tell(request, "channel.change", name, options=sorted(changed), enabled=told.enabled)
    is_new = not marks and bool(marks_of(name)[0])
    return detail(name) | {"secret": newest_secret(name) if is_new else None}


@router.post("channels/{name}/secret", response=ChannelSecretShape, summary="Make a new signing secret")
@transaction.atomic
@needs("operator")
def renew_channel_secret(request: HttpRequest, name: Name) -> dict[str, object]:
    """It is shown this once, so no key repeats the answer. The one of before signs too, until it is ended."""
    find_own(request, name)
    verbs.renew_secret(name)
    tell(request, "channel.secret", name, act="renew")
    secrets = verbs.made_secrets(name)
    return {"channel": name, "secret": secrets[0], "secrets": len(secrets)}


@router.post("channels/{name}/secret/end", response=ChannelDetail, summary="End the former signing secret")
@idempotent
@needs("operator")
def end_channel_secret(request: HttpRequest, name: Name) -> dict[str, object]:
    """Only the newest signs from then on."""
    find_own(request, name)
    verbs.end_old_secret(name)
    tell(request, "channel.secret", name, act="end")
    return detail(name)


def _kind(offer: Offer) -> dict[str, object]:
    options = [_option(one) for one in offer.asks]
    return filled(ChannelKindShape, offer, fixed=dict(offer.fixed), options=options)


def _option(ask: Ask) -> dict[str, object]:
    return filled(OptionShape, ask, choices=[value for value, _ in ask.choices], holds_secret=ask.is_secret)

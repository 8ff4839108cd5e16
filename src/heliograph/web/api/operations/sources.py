"""Sources of alerts from outside: listed, added, given another secret, removed."""

from dataclasses import fields
from typing import Annotated, ClassVar

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query, Router, Status

from heliograph.inbound import sources as verbs
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Line, Name, Paging, Told
from heliograph.web.api.changing import refuse_foreign_name
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.filled import filler
from heliograph.web.api.shapes.inbound import MadeSourceShape, SourceList, SourceShape

router = Router(tags=["inbound"])
source = filler(SourceShape)


class AskedSources(Paging):
    """Which sources."""

    shape: ClassVar[type] = SourceShape


class SourceTold(Told):
    """How the signals of a source are followed. `expires` in bars; `strategy` is what they are called, the
    name of the source where it is empty; `live`: notices tell of them, else they are scored alone."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    strategy: Annotated[Line, Field(max_length=80)] | None = None
    venue: Line | None = None
    timeframe: Line = "1h"
    expires: Annotated[int, Field(ge=1, le=100_000)] = 48
    fee_pct: Annotated[float, Field(ge=0, le=50)] = 0.1
    slippage_bps: Annotated[float, Field(ge=0, le=5_000)] = 0.0
    long_only: bool = False
    addresses: Annotated[list[Line], Field(max_length=100)] = Field(default_factory=list)
    live: bool = False

    def asked(self) -> verbs.Asked:
        """The same for the verb."""
        return verbs.Asked(**{one.name: getattr(self, one.name) for one in fields(verbs.Asked)})


@router.get("sources", response=SourceList, summary="Who may send alerts")
@answers()
@needs("viewer")
def list_of_sources(request: HttpRequest, asked: Query[AskedSources]) -> Page:
    """By name, with how their alerts fared."""
    found = verbs.list_sources(hidden=hidden(request))
    page = part_of(found, asked, name="sources", key=lambda one: (one.name,))
    return Page([source(one) for one in page.items], page.next)


@router.post("sources", response={201: MadeSourceShape}, summary="Let somebody send alerts")
@transaction.atomic
@needs("operator")
def add_source(request: HttpRequest, told: SourceTold) -> Status:
    """The secret is shown this once, so no key repeats the answer."""
    refuse_foreign_name(request, told.strategy or told.name)
    made, secret = verbs.add_source(
        told.name,
        asked=told.asked(),
        strategy=told.strategy or "",
        venue=told.venue or "",
        addresses=told.addresses,
        live=told.live,
        at=utc_now(),
    )
    tell(request, "source.add", made.name, strategy=made.version.strategy.name)
    return Status(201, _with_secret(made.name, secret))


@router.post("sources/{name}/secret", response=MadeSourceShape, summary="Make a new secret for a source")
@transaction.atomic
@needs("operator")
def renew_source_secret(request: HttpRequest, name: Name) -> dict[str, object]:
    """It is shown this once, so no key repeats the answer. The one of before is taken until it is ended."""
    known = verbs.find_source(name, hidden=hidden(request)).name
    secret = verbs.renew_secret(known)
    tell(request, "source.secret", known, act="renew")
    return _with_secret(known, secret)


@router.post("sources/{name}/secret/end", response=SourceShape, summary="End the former secret of a source")
@idempotent
@needs("operator")
def end_source_secret(request: HttpRequest, name: Name) -> dict[str, object]:
    """Only alerts with the newest are taken from then on."""
    known = verbs.find_source(name, hidden=hidden(request)).name
    verbs.end_former_secret(known)
    tell(request, "source.secret", known, act="end")
    return _told(known)


@router.delete("sources/{name}", response={204: None}, summary="Take alerts of a source no more")
@idempotent
@needs("operator")
def remove_source(request: HttpRequest, name: Name) -> Status:
    """What runs is followed to its end, and all stays on record."""
    verbs.find_source(name, hidden=hidden(request))
    verbs.remove_source(name, at=utc_now())
    tell(request, "source.remove", name)
    return Status(204, None)


def _told(name: str) -> dict[str, object]:
    return source(next(one for one in verbs.list_sources() if one.name == name))


def _with_secret(name: str, secret: str) -> dict[str, object]:
    return _told(name) | {"path": f"/api/v1/inbound/{name}", "secret": secret}

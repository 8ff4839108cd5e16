"""The audit trail, for admins."""

from typing import Annotated, ClassVar

from django.http import HttpRequest
from ninja import Field, Query, Router

from heliograph.accounts.audit import verify
from heliograph.accounts.trail import Wanted, entries
from heliograph.web.accounts.access import changes_nothing, needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Moment, Name, Paging, Told
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.accounts import AuditEntryList, AuditEntryShape, VerdictShape
from heliograph.web.api.shapes.filled import filled, filler

router = Router(tags=["audit"])
NEWEST = Order("audit", ("-pk",))


class AskedEntries(Paging):
    """Which entries; an action that ends with a dot is all that begin so."""

    shape: ClassVar[type] = AuditEntryShape
    actor: Name | None = None
    action: Name | None = None
    subject: Name | None = None
    since: Moment | None = None


class VerifyTold(Told):
    """`expect`: the digest of what was the newest entry once; a trail whose end was cut off lacks it."""

    expect: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


@router.get("audit", response=AuditEntryList, summary="Who did what, newest first")
@answers()
@needs("admin")
def list_audit(request: HttpRequest, asked: Query[AskedEntries]) -> Page:
    """Every change, by pages, programs and commands."""
    wanted = Wanted(asked.actor, asked.action, asked.subject, asked.since)
    return page_of(entries(wanted), asked, NEWEST, filler(AuditEntryShape))


@router.post("audit/verify", response=VerdictShape, summary="Look whether the trail is whole")
@changes_nothing
@needs("admin")
def verify_audit(request: HttpRequest, told: VerifyTold) -> dict[str, object]:
    """Reads every entry."""
    return filled(VerdictShape, verify(expect=told.expect))

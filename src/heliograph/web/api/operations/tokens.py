"""Tokens of programs: one's own, and for admins those of others."""

from datetime import datetime
from typing import Annotated, ClassVar

from django.db import transaction
from django.http import HttpRequest
from ninja import Field, Query, Router, Status

from heliograph.accounts import tokens as verbs
from heliograph.accounts.models import ApiToken
from heliograph.accounts.roles import Role
from heliograph.errors import NotFound
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import asker_of, person_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Line, Moment, Paging, Told
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.problems import Refused
from heliograph.web.api.shapes.accounts import MadeTokenShape, Scope, TokenList, TokenShape
from heliograph.web.api.shapes.filled import filled

router = Router(tags=["people"])
NEWEST = Order("tokens", ("-pk",))


class AskedTokens(Paging):
    """Which tokens."""

    shape: ClassVar[type] = TokenShape


class TokenTold(Told):
    """What it is for, what it may do, and until when; null: until it is revoked."""

    name: Annotated[Line, Field(max_length=verbs.LONGEST_NAME)]
    scope: Scope
    expires_at: Moment | None = None


@router.get("tokens", response=TokenList, summary="Tokens of programs")
@answers()
@needs("viewer")
def list_of_tokens(request: HttpRequest, asked: Query[AskedTokens]) -> Page:
    """One's own, and for admins those of all; the newest first."""
    at = utc_now()
    return page_of(_visible(request), asked, NEWEST, lambda row: _token(row, at=at))


@router.post("tokens", response={201: MadeTokenShape}, summary="Make a token of one's own")
@transaction.atomic
@needs("viewer")
def make_token(request: HttpRequest, told: TokenTold) -> Status:
    """It is shown this once, so no key repeats the answer. By a token only if that has the scope admin."""
    _insist(request)
    at = utc_now()
    made = verbs.add_token(
        told.name, person=person_of(request), scope=told.scope, expires_at=told.expires_at, at=at
    )
    tell(request, "token.add", made.token.name, scope=told.scope, token=verbs.shown(made.token))
    return Status(201, _token(made.token, at=at) | {"secret": made.secret})


@router.delete("tokens/{token_id}", response={204: None}, summary="Take a token back")
@idempotent
@needs("viewer")
def revoke_token(request: HttpRequest, token_id: Id) -> Status:
    """It opens nothing any more. Those of others are an admin's to take back."""
    _insist(request)
    found = _visible(request).filter(pk=token_id).first()
    if found is None:
        raise NotFound(f"There is no token {token_id}; /api/v1/tokens lists yours.")
    verbs.revoke(found, at=utc_now())
    tell(request, "token.revoke", found.name, token=verbs.shown(found), person=found.person.name)
    return Status(204, None)


def _insist(request: HttpRequest) -> None:
    token = asker_of(request).token
    if token is not None and token.scope != ApiToken.Scope.ADMIN:
        raise Refused(403, f"The token {verbs.shown(token)} has scope {token.scope}; tokens need admin.")


def _visible(request: HttpRequest):
    asker = asker_of(request)
    return verbs.list_tokens(None if asker.role is Role.ADMIN else asker.person)


def _token(row: ApiToken, *, at: datetime) -> dict[str, object]:
    named = {"shown": verbs.shown(row), "person": row.person.name, "state": verbs.state_of(row, at=at)}
    return filled(TokenShape, row, **named)

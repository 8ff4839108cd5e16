"""People, teams, invitations, tokens, the audit trail, and what one keeps for oneself."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed

RoleName = Literal["viewer", "analyst", "operator", "admin"]
Scope = Literal["read", "write", "admin"]


class PersonShape(Schema):
    """Somebody who can sign in; `way` is how. `role` is null for who may do nothing."""

    id: int
    name: str
    email: str
    role: RoleName | None
    teams: list[str]
    active: bool
    way: str
    joined_at: datetime
    last_seen: datetime | None


class PersonList(Listed[PersonShape]):
    """A page of people."""


class TeamShape(Schema):
    """People who own strategies together, by their names."""

    id: int
    name: str
    members: list[str]
    strategies: list[str]
    created_at: datetime


class TeamList(Listed[TeamShape]):
    """A page of teams."""


class InvitationShape(Schema):
    """An invitation that nobody has used yet."""

    id: int
    name: str
    email: str
    role: RoleName
    team: str | None
    made_by: str | None
    made_at: datetime
    expires_at: datetime


class InvitationList(Listed[InvitationShape]):
    """A page of invitations."""


class LinkShape(Schema):
    """A link that works once, and is shown this once."""

    address: str
    name: str
    expires_at: datetime


class TokenShape(Schema):
    """What a program shows instead of a password; `shown` is enough to know it by."""

    id: int
    name: str
    shown: str
    person: str
    scope: Scope
    state: Literal["living", "expired", "revoked"]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenList(Listed[TokenShape]):
    """A page of tokens."""


class MadeTokenShape(TokenShape):
    """The same with the whole of it, which is shown this once."""

    secret: str


class AuditEntryShape(Schema):
    """What somebody did; `digest` is of all that is said here and of `previous`."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, object]
    previous: str
    digest: str


class AuditEntryList(Listed[AuditEntryShape]):
    """A page of the audit trail."""


class VerdictShape(Schema):
    """What a look at the whole trail found; `broken` is the first entry that does not fit."""

    whole: bool
    entries: int
    head: str
    broken: int | None
    fault: str


class FilterShape(Schema):
    """A question that one keeps for a page, as the query of its address."""

    id: int
    page: str
    name: str
    query: str


class FilterList(Listed[FilterShape]):
    """A page of filters."""

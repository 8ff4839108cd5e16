"""Tokens of programs: made, recognised, taken back. What is stored does not open anything."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, QuerySet
from django.utils.crypto import constant_time_compare

from heliograph.accounts.errors import BadTokenName, NoSuchToken, TokenRefused
from heliograph.accounts.models import ApiToken, Person
from heliograph.accounts.people import note_groups, role_of
from heliograph.accounts.roles import Role
from heliograph.kit.prepared import ask_prepared

MARK = "hg"
# An hour of a busy program is 60 writes of `last_used_at`, not 100,000.
USED_EVERY = timedelta(minutes=1)
LONGEST_NAME = 80
OF_TOKEN, OF_PERSON = (
    [field.attname for field in model._meta.concrete_fields] for model in (ApiToken, Person)
)
# The greatest role that a token can give, whatever its person may do.
MOST = {
    ApiToken.Scope.READ: Role.VIEWER,
    ApiToken.Scope.WRITE: Role.OPERATOR,
    ApiToken.Scope.ADMIN: Role.ADMIN,
}
# The scope that a token must have for what a role is needed for.
SCOPE = {Role.VIEWER: "read", Role.ANALYST: "write", Role.OPERATOR: "write", Role.ADMIN: "admin"}


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; `secret` is the whole of it, and is shown this once."""

    token: ApiToken
    secret: str


@transaction.atomic
def add_token(
    name: str, *, person: Person, scope: str, expires_at: datetime | None = None, at: datetime
) -> MadeToken:
    """A new token of a person; living tokens of one person have different names."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadTokenName(f"A token needs a name of 1 to {LONGEST_NAME} letters without line breaks.")
    if scope not in ApiToken.Scope.values:
        raise BadTokenName(f"'{scope}' is no scope; scopes are read, write and admin.")
    if expires_at is not None and expires_at <= at:
        raise BadTokenName("A token must expire in the future.")
    prefix, rest = secrets.token_hex(4), secrets.token_urlsafe(32)
    secret = f"{MARK}_{prefix}_{rest}"
    row = ApiToken(
        prefix=prefix,
        digest=_digest(secret),
        name=name,
        person=person,
        scope=scope,
        created_at=at,
        expires_at=expires_at,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        raise BadTokenName(
            f"{person.name} has a token named '{name}' already; revoke it or choose another name."
        ) from fault
    return MadeToken(row, secret)


def token_of(secret: str, *, at: datetime) -> ApiToken:
    """The living token that a program shows; TokenRefused says what is wrong with it."""
    parts = secret.split("_", 2)
    if len(parts) != 3 or parts[0] != MARK or not secret.isascii():
        raise TokenRefused(f"That is no token of Heliograph; they begin with {MARK}_.")
    row = _find(parts[1][:16])
    # The digest is compared even where there is no row, so that time does not tell which prefixes exist.
    known = constant_time_compare(_digest(secret), row.digest if row else _digest(""))
    if row is None or not known:
        raise TokenRefused(f"The token {MARK}_{parts[1][:8]}… is not known.")
    if row.revoked_at is not None:
        raise TokenRefused(f"The token {shown(row)} is revoked.")
    if row.expires_at is not None and row.expires_at <= at:
        raise TokenRefused(f"The token {shown(row)} expired on {row.expires_at:%-d %b %Y %H:%M} UTC.")
    if not row.person.is_active:
        raise TokenRefused(f"The token {shown(row)} belongs to {row.person.name}, who is let in no more.")
    _note_use(row, at=at)
    return row


def _find(prefix: str) -> ApiToken | None:
    """The token of that prefix with its person and their groups: every request of a program asks for it."""
    rows = ask_prepared(_statement(), [prefix])
    if not rows:
        return None
    *fields, groups = rows[0]
    count = len(OF_TOKEN)
    token = ApiToken.from_db("default", OF_TOKEN, fields[:count])
    token.person = Person.from_db("default", OF_PERSON, fields[count:])
    note_groups(token.person, groups)
    return token


@cache
def _statement() -> str:
    groups = ArraySubquery(Group.objects.filter(user=OuterRef("person")).values("name"))
    columns = (*OF_TOKEN, *(f"person__{name}" for name in OF_PERSON), groups)
    statement, values = ApiToken.objects.values_list(*columns).query.sql_with_params()
    assert not values
    return f"{statement} WHERE accounts_apitoken.prefix = %s"


def _note_use(row: ApiToken, *, at: datetime) -> None:
    earlier = Q(last_used_at__isnull=True) | Q(last_used_at__lte=at - USED_EVERY)
    if row.last_used_at is None or row.last_used_at <= at - USED_EVERY:
        ApiToken.objects.filter(earlier, pk=row.pk).update(last_used_at=at)


def role_with(token: ApiToken) -> Role | None:
    """What the token may do: what its person may, and no more than its scope allows."""
    own, most = role_of(token.person), MOST[ApiToken.Scope(token.scope)]
    return None if own is None else min(own, most, key=lambda role: role.rank)


def list_tokens(person: Person | None = None) -> QuerySet[ApiToken]:
    """Tokens, those that live first and then the newest; of everybody where no person is named."""
    living_first = F("revoked_at").asc(nulls_first=True)
    rows = ApiToken.objects.select_related("person").order_by(living_first, "-created_at", "-pk")
    return rows if person is None else rows.filter(person=person)


def find_token(words: str, *, person: Person | None = None) -> ApiToken:
    """The living token of that name or prefix; NoSuchToken, also where two persons have one of that name."""
    prefix = words.strip().removeprefix(f"{MARK}_").split("_")[0].rstrip("…")
    living = list_tokens(person).filter(revoked_at__isnull=True)
    found = list(living.filter(Q(name=words.strip()) | Q(prefix=prefix))[:2])
    if len(found) == 1:
        return found[0]
    raise NoSuchToken(words, several=bool(found))


def revoke(token: ApiToken, *, at: datetime) -> bool:
    """Take a token back: from now on it opens nothing. False if it was taken back already."""
    return ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=at) == 1


def shown(token: ApiToken) -> str:
    """Enough of a token to know it by, and too little to use it."""
    return f"{MARK}_{token.prefix}…"


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()


def state_of(token: ApiToken, *, at: datetime) -> str:
    """`living`, `expired` or `revoked`."""
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= at else "living"

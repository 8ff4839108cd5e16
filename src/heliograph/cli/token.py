"""`heliograph token`: what programs show to the API."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import ahead, now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.accounts.models import ApiToken

COLUMNS = ["name", "token", "person", "scope", "made (UTC)", "expires (UTC)", "used (UTC)", "state"]
Who = Annotated[
    str | None, typer.Option("--person", metavar="NAME", help="Whose it is. Default: the first admin.")
]
token = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


class ScopeName(StrEnum):
    """How much a token may do of what its person may."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


@dataclass(frozen=True)
class Wanted:
    """What a token is for."""

    scope: Annotated[
        ScopeName, typer.Option("--scope", help="read: look; write: change, but no people; admin: all.")
    ]
    person: Who = None
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="AGE|DATE", help="Such as 90d or 2027-01-31. Default: never."),
    ] = None


@token.callback()
def about() -> None:
    """Make tokens for programs that use the API, list them, take them back."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in {"add": add, "list": list_, "revoke": revoke}.items():
        token.command(name)(command)
    app.add_typer(token, name="token")


@spread
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.", show_default=False)],
    wanted: Wanted,
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Make a token and print it, this once: only its digest is kept.

    It may do what its person may, and no more than its scope allows: read looks, write also changes, but
    neither people nor tokens, admin does all. Programs send it as `Authorization: Bearer hg_...`.

    \b
    Examples:
      heliograph token add bot --scope read
      heliograph token add deploy --scope write --person ann --expires 90d
    """
    at = now()
    expires_at = ahead(wanted.expires, at=at) if wanted.expires else None
    with database(place), changing("token.add", name, scope=wanted.scope.value) as told:
        from heliograph.accounts.people import find_person, owner
        from heliograph.accounts.tokens import add_token, shown

        person = find_person(wanted.person) if wanted.person else owner(at=at)
        made = add_token(name, person=person, scope=wanted.scope.value, expires_at=expires_at, at=at)
        told |= {"token": shown(made.token), "person": person.name, "expires_at": utc(expires_at)}
    if as_json:
        show_json(_object(made.token) | {"secret": made.secret})
        return
    print(made.secret)
    note(f"Keep it: it is shown this once. It may do what {person.name} may, with the scope {wanted.scope}.")


@spread
def list_(place: Place, person: Who = None, as_json: AsJson = False) -> None:
    """List the tokens, of everybody or of one person.

    \b
    Example:
      heliograph token list
    """
    with database(place):
        from heliograph.accounts.people import find_person
        from heliograph.accounts.tokens import list_tokens

        found = list(list_tokens(find_person(person) if person else None))
    if as_json:
        show_json({"items": [_object(one) for one in found]})
    elif found:
        show_table(COLUMNS, [_row(one) for one in found])
    else:
        note("No tokens; `heliograph token add NAME --scope read` makes one.")


@spread
def revoke(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Its name, or its beginning hg_...", show_default=False)
    ],
    place: Place,
    person: Annotated[str | None, typer.Option("--person", metavar="NAME", help="Whose it is.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take a token back: it opens nothing from now on.

    \b
    Example:
      heliograph token revoke bot
    """
    with database(place), changing("token.revoke", name) as told:
        from heliograph.accounts import tokens
        from heliograph.accounts.people import find_person

        found = tokens.find_token(name, person=find_person(person) if person else None)
        tokens.revoke(found, at=now())
        told |= {"subject": found.name, "token": tokens.shown(found), "person": found.person.name}
    if as_json:
        show_json({"revoked": found.name, "token": tokens.shown(found)})
    else:
        print(f"{found.name} ({tokens.shown(found)}) is revoked.")


def _object(one: "ApiToken") -> dict[str, object]:
    from heliograph.accounts.tokens import shown

    return {
        "name": one.name,
        "token": shown(one),
        "person": one.person.name,
        "scope": one.scope,
        "created_at": utc(one.created_at),
        "expires_at": utc(one.expires_at),
        "last_used_at": utc(one.last_used_at),
        "revoked_at": utc(one.revoked_at),
    }


def _row(one: "ApiToken") -> list[str]:
    from heliograph.accounts.tokens import shown, state_of

    expires = clock(one.expires_at) if one.expires_at else "never"
    used = clock(one.last_used_at) if one.last_used_at else UNKNOWN
    made = clock(one.created_at)
    return [one.name, shown(one), one.person.name, one.scope, made, expires, used, state_of(one, at=now())]

"""`heliograph person`: who may come in, and how."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.accounts.links import Link
    from heliograph.accounts.queries import PersonLine

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a person.", show_default=False)]
COLUMNS = ["name", "role", "comes in by", "teams", "last seen (UTC)"]
person = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


class RoleName(StrEnum):
    """What a person may do; each may also do what those before may."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    OPERATOR = "operator"
    ADMIN = "admin"


@dataclass(frozen=True)
class Invited:
    """Who somebody will be."""

    role: Annotated[RoleName, typer.Option("--role", help="What they may do.")]
    email: Annotated[str, typer.Option("--email", help="Where they want notices.")] = ""
    team: Annotated[str | None, typer.Option("--team", help="The team that they come into.")] = None


@person.callback()
def about() -> None:
    """Say who may come in: invite people, give them roles, print links for them."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    verbs = {
        "list": list_,
        "invite": invite,
        "role": role,
        "disable": disable,
        "enable": enable,
        "reset": reset,
        "link": link,
    }
    for name, command in verbs.items():
        person.command(name)(command)
    app.add_typer(person, name="person")


@spread
def list_(place: Place, as_json: AsJson = False) -> None:
    """List the people, their roles and how they come in.

    \b
    Example:
      heliograph person list
    """
    with database(place):
        from heliograph.accounts.queries import all_people

        lines = all_people()
    if as_json:
        show_json([_object(line) for line in lines])
    elif lines:
        show_table(COLUMNS, [_row(line) for line in lines])
    else:
        note("Nobody yet; `heliograph person link` prints a link for the first admin.")


@spread
def invite(name: Name, asked: Invited, place: Place, as_json: AsJson = False) -> None:
    """Print a link by which somebody comes in: they choose a password. It works once, for a week.

    \b
    Examples:
      heliograph person invite ann --role analyst
      heliograph person invite ben --role viewer --email ben@example.com --team desk
    """
    role = asked.role.value
    with database(place), changing("person.invite", name, role=role, team=asked.team or ""):
        from heliograph.accounts import links
        from heliograph.accounts.teams import find_team

        team = find_team(asked.team) if asked.team else None
        made = links.invite(name, role=role, email=asked.email, team=team, at=now())
    _show_link(made, place, f"Whoever opens it comes in as {asked.role}.", as_json=as_json)


@spread
def role(
    name: Name,
    role: Annotated[RoleName, typer.Argument(metavar="ROLE", help="viewer, analyst, operator or admin.")],
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Give a person another role.

    \b
    Example:
      heliograph person role ann operator
    """
    with database(place), changing("person.role", name, role=role.value) as told:
        from heliograph.accounts.people import find_person, give_role

        found = find_person(name)
        told["subject"] = found.name
        give_role(found, role.value)
    _done(found.name, f"has the role {role} from now on", as_json=as_json, role=role.value)


@spread
def disable(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Let a person in no more: sessions and tokens end at once. What is theirs stays.

    \b
    Example:
      heliograph person disable ann
    """
    with database(place), changing("person.disable", name) as told:
        from heliograph.accounts.people import find_person, set_active

        found = find_person(name)
        told["subject"] = found.name
        set_active(found, active=False)
    _done(found.name, "is let in no more", as_json=as_json, active=False)


@spread
def enable(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Let a person in again.

    \b
    Example:
      heliograph person enable ann
    """
    with database(place), changing("person.enable", name) as told:
        from heliograph.accounts.people import find_person, set_active

        found = find_person(name)
        told["subject"] = found.name
        set_active(found, active=True)
    _done(found.name, "may come in again", as_json=as_json, active=True)


@spread
def reset(
    name: Name,
    place: Place,
    forget_factors: Annotated[
        bool, typer.Option("--forget-factors", help="Their phone or key is lost: forget all second factors.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a link by which a person chooses a new password. It works once, for a day.

    \b
    Examples:
      heliograph person reset ann
      heliograph person reset ann --forget-factors
    """
    with database(place), changing("person.reset-link", name) as told:
        from heliograph.accounts import links
        from heliograph.accounts.people import find_person, forget_second_factors

        found = find_person(name)
        made = links.reset_link(found, at=now())
        told |= {"subject": found.name, "removed": forget_second_factors(found) if forget_factors else 0}
    _show_link(made, place, f"Whoever opens it chooses the password of {found.name}.", as_json=as_json)


@spread
def link(
    place: Place,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Default: the first admin.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print a link that signs a person in, once and within the hour; for the machine that you sit at.

    Without a name it is for the first admin; where nobody is known yet, whoever opens it becomes that.

    \b
    Examples:
      heliograph person link
      heliograph person link owner
    """
    with database(place), changing("person.link") as told:
        from heliograph.accounts import links
        from heliograph.accounts.people import find_person

        made = links.owner_link(find_person(name), at=now()) if name else links.admin_link(at=now())
        who = made.invitation.person
        told["subject"] = who.name if who else "first admin"
    does = f"is signed in as {who.name}" if who else "becomes the first admin"
    _show_link(made, place, f"Whoever opens it {does}.", as_json=as_json)


def _object(line: "PersonLine") -> dict[str, object]:
    return {
        "name": line.person.name,
        "email": line.person.email or None,
        "role": line.role,
        "active": line.person.is_active,
        "way": line.way,
        "teams": [team.name for team in line.teams],
        "last_seen": utc(line.person.last_seen),
    }


def _row(line: "PersonLine") -> list[str]:
    role = (line.role or UNKNOWN) if line.person.is_active else "disabled"
    teams = ", ".join(team.name for team in line.teams) or UNKNOWN
    return [line.person.name, role, line.way, teams, clock(line.person.last_seen)]


def _show_link(made: "Link", place: Place, sentence: str, *, as_json: bool) -> None:
    from heliograph.workers.address import address_of

    address, expires = address_of(place.home), made.invitation.expires_at
    if as_json:
        show_json({"link": f"{address or ''}{made.path}", "expires_at": utc(expires)})
        return
    print(f"{address or ''}{made.path}")
    where = "" if address else " Put the address of your Heliograph before it, or set HELIOGRAPH_ADDRESS."
    note(f"{sentence} It works once, until {clock(expires)} UTC.{where}")


def _done(name: str, words: str, *, as_json: bool, **facts: object) -> None:
    if as_json:
        show_json({"name": name, **facts})
    else:
        print(f"{name} {words}.")

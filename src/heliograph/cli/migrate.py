"""`heliograph migrate`: bring the tables up to date, by one phase or by both."""

import os
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import counted, note, show_json, show_table
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.kit.migrating.phases import Phase, Waiting

# The first that is given: who owns the tables, past any pooler.
OWNERS = ("HELIOGRAPH_OWNER_DATABASE_URL", "HELIOGRAPH_DIRECT_DATABASE_URL")


class BothPhases(UserError):
    """One phase was asked for, and the other."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("migrate")(migrate)


@spread
def migrate(
    place: Place,
    expand: Annotated[
        bool, typer.Option("--expand", help="Only what the release before can live with.")
    ] = False,
    contract: Annotated[
        bool, typer.Option("--contract", help="Also what takes away what only older releases need.")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="Only show what waits, by phase.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the tables up to date: all of it, or with --expand what is safe beside the release before.

    A change that does not get the lock of a table lets others through and tries again, and says which session
    holds it. Two at once take turns. What takes something away is refused as long as a worker of another
    release lives. HELIOGRAPH_OWNER_DATABASE_URL names the database as its owner, where programs may not.

    \b
    Examples:
      heliograph migrate --plan
      heliograph migrate --expand
    """
    if expand and contract:
        raise BothPhases("--expand and --contract exclude each other; without either, all is applied.")
    with _as_owner(place):
        from heliograph.workers import migrate as tables

        if plan:
            _show(tables.waiting(), as_json)
            return
        phase: Phase | None = "expand" if expand else None
        applied = tables.migrate(phase, say=lambda text: print(text, file=sys.stderr, flush=True))
    if as_json:
        show_json({"applied": applied})
    else:
        note(f"{counted(len(applied), 'migration')} applied." if applied else "The tables are up to date.")


def _show(found: "Waiting", as_json: bool) -> None:
    from heliograph.kit.migrating.phases import name_of, phase_of

    rows = [[name_of(one), phase_of(one)] for one in found.in_order]
    if as_json:
        keys = ("expand", "contract", "behind")
        show_json({key: [name_of(one) for one in getattr(found, key)] for key in keys})
    elif rows:
        show_table(["migration", "phase"], rows)
    else:
        note("The tables are up to date.")


def _as_owner(place: Place) -> AbstractContextManager[None]:
    from heliograph.kit.env import Environment
    from heliograph.workers.place import in_home

    owner = next(filter(None, map(Environment().given, OWNERS)), None)
    if owner:
        # It is no pooler's address.
        os.environ["HELIOGRAPH_POOLER"] = "0"
    return in_home(place.home, database_url=owner or place.database_url, as_they_are=True)

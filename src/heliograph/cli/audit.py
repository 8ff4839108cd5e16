"""`heliograph audit`: who did what, and whether the trail is whole."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.exits import Exit
from heliograph.cli.moments import now
from heliograph.cli.moments import since as moment_since
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, counted, note, show_json, show_table
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.accounts.models import AuditEntry

audit = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@audit.callback()
def about() -> None:
    """Say who did what, and check that nothing of it was changed."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    audit.command("list")(list_)
    audit.command("verify")(verify)
    app.add_typer(audit, name="audit")


@spread
def list_(
    place: Place,
    actor: Annotated[str | None, typer.Option("--actor", help="Only what somebody of this name did.")] = None,
    action: Annotated[
        str | None, typer.Option("--action", help="Only this, such as strategy.add or strategy.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="AGE|DATE", help="Such as 7d or 2026-01-31.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was done, newest first.

    \b
    Examples:
      heliograph audit list --since 7d
      heliograph audit list --actor ann --action strategy.
    """
    with database(place):
        from heliograph.accounts.trail import Wanted, entries

        wanted = Wanted(actor=actor, action=action, since=moment_since(since, at=now()) if since else None)
        found = list(entries(wanted)[:limit])
    if as_json:
        from heliograph.accounts.trail import plain

        show_json({"items": [plain(one) for one in found]})
    elif found:
        show_table(["when (UTC)", "who", "what", "of", "details"], [_row(one) for one in found])
    else:
        note("Nothing of that kind is in the trail.")


@spread
def verify(
    place: Place,
    expect: Annotated[
        str | None,
        typer.Option("--expect", metavar="HEAD", help="The head that an earlier check printed."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Check every entry of the audit trail against the one before it.

    Prints the number of entries and the head, the digest of the newest. Keep the head elsewhere: the next
    check with --expect also notices where the end of the trail was cut off. Exits with 4 if the trail is
    broken.

    \b
    Examples:
      heliograph audit verify
      heliograph audit verify --expect 6ce4c9…
    """
    with database(place):
        from heliograph.accounts.audit import verify as check

        found = check(expect=expect)
    if as_json:
        show_json(
            {
                "whole": found.whole,
                "entries": found.entries,
                "head": found.head or None,
                "broken": found.broken,
                "fault": found.fault or None,
            }
        )
    elif found.whole:
        print(f"The trail is whole: {counted(found.entries, 'entry').replace('entrys', 'entries')}.")
        print(f"head {found.head or 'none'}")
    else:
        print(found.fault)
        note(f"The {found.entries:,} entries before it are whole.")
    return Exit.FINE if found.whole else Exit.UNHEALTHY


def _row(one: "AuditEntry") -> list[str]:
    details = json.dumps(one.details, ensure_ascii=False) if one.details else ""
    return [clock(one.at), one.actor, one.action, one.subject, details]

"""`heliograph notices quarantine`: what is held back behind a restore, and what becomes of it."""

from dataclasses import asdict
from typing import Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, counted, note, show_json
from heliograph.cli.spread import spread

quarantine = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@quarantine.callback()
def about() -> None:
    """Show whether notices are held back, as they are behind a restore, and let them go or give them up."""


@quarantine.command("show")
@spread
def show(place: Place, as_json: AsJson = False) -> None:
    """Say whether notices are held back, since when, and how many wait.

    \b
    Example:
      heliograph notices quarantine show
    """
    with database(place):
        from heliograph.notices.quarantine import standing

        found = standing()
    if as_json:
        show_json(asdict(found) | {"since": found.since.isoformat()} if found else None)
    elif found is None:
        note("Nothing is held back.")
    else:
        waiting = f"{counted(found.notices, 'new notice')} and {found.deliveries:,} begun before"
        print(f"Nothing is sent since {clock(found.since)} UTC: {found.reason} {waiting} wait.")


@quarantine.command("begin")
@spread
def begin(
    place: Place,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is shown to others.")],
    as_json: AsJson = False,
) -> None:
    """Send nothing from now on.

    \b
    Example:
      heliograph notices quarantine begin --reason "Trying the restored database"
    """
    with database(place):
        from heliograph.notices.quarantine import begin_quarantine

        with changing("notices.quarantine.begin", reason):
            new = begin_quarantine(reason, at=now())
    if as_json:
        show_json({"begun": new})
    else:
        print("Nothing is sent from now on." if new else "Nothing was sent already.")


@quarantine.command("release")
@spread
def release(place: Place, as_json: AsJson = False) -> None:
    """Send what waits, in its order; receivers can discard by its id what they have.

    \b
    Example:
      heliograph notices quarantine release
    """
    with database(place):
        from heliograph.notices.quarantine import release as let_go

        with changing("notices.quarantine.release"):
            let_go(at=now())
    if as_json:
        show_json({"released": True})
    else:
        print("What waited is sent now.")


@quarantine.command("drop")
@spread
def drop(place: Place, as_json: AsJson = False) -> None:
    """Give up what waits, and send again what comes from now on.

    It is shown as failed, and can be sent one by one with `heliograph notices replay`.

    \b
    Example:
      heliograph notices quarantine drop
    """
    with database(place):
        from heliograph.notices.quarantine import drop as give_up

        with changing("notices.quarantine.drop") as told:
            told["dropped"] = count = give_up(at=now())
    if as_json:
        show_json({"dropped": count})
    else:
        print(f"{counted(count, 'message')} given up; what comes from now on is sent.")

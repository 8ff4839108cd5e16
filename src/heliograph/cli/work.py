"""`heliograph work`: what failed, what is parked with its traceback, and trying it again."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, counted, note, show_json, show_table, utc
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.fleet.queries import WorkItem

KEY = {"metavar": "KEY", "show_default": False}

work = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@work.callback()
def about() -> None:
    """Show work that runs, failed or is parked after three tries, and decide what becomes of it."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in {"list": list_, "retry": retry, "drop": drop}.items():
        work.command(name)(command)
    app.add_typer(work, name="work")


@spread
def list_(
    place: Place,
    parked: Annotated[
        bool, typer.Option("--parked", help="Only what waits for you, with tracebacks.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List work that runs, failed, is parked or was dropped.

    Work that succeeded is not kept here: its results are.

    \b
    Examples:
      heliograph work list
      heliograph work list --parked
    """
    with database(place):
        from heliograph.fleet.queries import list_work

        found = list_work(states=["parked"] if parked else [])
    if as_json:
        show_json([_object(item) for item in found])
        return
    if not found:
        note("Nothing is parked." if parked else "Nothing runs, failed or is parked.")
        return
    columns = ["kind", "key", "state", ">tries", "node", "last tried (UTC)", "rests until", "why"]
    show_table(columns, [_row(item) for item in found])
    for item in found:
        if item.traceback and parked:
            print(f"\n{item.kind} {item.key}\n{item.traceback.rstrip()}")


@spread
def retry(
    place: Place,
    key: Annotated[str | None, typer.Argument(help="What to try again, such as shard:12.", **KEY)] = None,
    every: Annotated[bool, typer.Option("--all", help="All that is parked.")] = False,
    as_json: AsJson = False,
) -> None:
    """Try parked, failed or dropped work again, three times.

    \b
    Examples:
      heliograph work retry shard:12
      heliograph work retry --all
    """
    if (key is None) != every:
        raise UserError("Name the work to be tried again, or say --all for all that is parked.")
    with database(place), changing("work.retry", key or "all"):
        from heliograph.fleet.work import retry as run

        woken = run(key, at=now())
    if as_json:
        show_json({"retried": woken})
    else:
        print(f"{counted(woken, 'piece')} of work will be tried again.")


@spread
def drop(
    place: Place,
    key: Annotated[str, typer.Argument(help="What is not to be tried any more, such as shard:12.", **KEY)],
    as_json: AsJson = False,
) -> None:
    """Leave failing work alone.

    A shard that is dropped is not evaluated any more: its signals stay as they are, and its new bars have
    none. It stays in the list, and `retry` takes it up again, with all bars that came meanwhile. A new
    version of its strategy has shards of its own.

    \b
    Example:
      heliograph work drop shard:12
    """
    with database(place), changing("work.drop", key):
        from heliograph.fleet.work import drop as run

        dropped = run(key)
    if as_json:
        show_json({"dropped": dropped})
    else:
        print(f"{key} is left alone; `heliograph work retry {key}` takes it up again.")


def _object(item: "WorkItem") -> dict[str, object]:
    return asdict(item) | {"started_at": utc(item.started_at), "rests_until": utc(item.rests_until)}


def _row(item: "WorkItem") -> list[str]:
    return [
        item.kind,
        item.key,
        item.state,
        str(item.tries),
        item.node or UNKNOWN,
        clock(item.started_at),
        clock(item.rests_until),
        item.error or UNKNOWN,
    ]

"""`heliograph imports`: what was delivered, and taking a wrong delivery back."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import doing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, counted, note, show_json, show_table, utc
from heliograph.cli.progress import counting
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.market.models import Batch
    from heliograph.market.undo import Undone


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    imports = typer.Typer(help="List imports of candles, and undo a wrong one.", no_args_is_help=True)
    imports.command("list")(list_imports)
    imports.command("undo")(undo)
    app.add_typer(imports, name="imports")


@spread
def list_imports(
    place: Place,
    venue: Annotated[str | None, typer.Option("--venue", help="Only those of this venue.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="So many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was delivered, newest first: files, and what exchanges and replays gave.

    \b
    Example:
      heliograph imports list --venue file
    """
    with database(place):
        from heliograph.market.models import Batch

        rows = Batch.objects.select_related("venue").order_by("-pk")
        found = list((rows.filter(venue__name=venue) if venue else rows)[:limit])
    if as_json:
        show_json({"items": [_item(batch) for batch in found]})
        return
    columns = [">import", "venue", "what", "begun (UTC)", "state", ">new bars", ">revised", ">unchanged"]
    show_table(columns, map(_row, found))
    if not found:
        note("None yet; `heliograph import PATH` stores candles from files.")


@spread
def undo(
    batch: Annotated[
        int, typer.Argument(metavar="IMPORT", help="Its number, as `imports list` shows.", show_default=False)
    ],
    place: Place,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Also if it was interrupted and is not complete.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take a wrong import back.

    Bars that it added are removed, bars that it corrected say again what they said before; what a later
    import corrected once more stays. Published signals stay, and outcomes that would now differ get a
    revision with the next evaluation. The right file, or the same one, can be imported after it.

    \b
    Example:
      heliograph imports undo 12
    """
    with database(place), doing("candles.undo", f"import {batch}"), counting("series") as count:
        from heliograph.market.undo import undo_import

        undone = undo_import(batch, at=now(), unfinished=unfinished, progress=count)
    if as_json:
        show_json(asdict(undone))
    else:
        print(_sentence(undone))


def _sentence(undone: "Undone") -> str:
    kept = (
        f"; {counted(undone.kept, 'bar')} kept, which a later import gave other values" if undone.kept else ""
    )
    return (
        f"Import {undone.batch} ({undone.name}) is undone: {counted(undone.removed, 'bar')} removed, "
        f"{undone.restored:,} restored{kept}."
    )


def _state(batch: "Batch") -> str:
    if batch.undone_at:
        return "undone"
    return "finished" if batch.finished_at else "unfinished"


def _item(batch: "Batch") -> dict[str, object]:
    counts = {name: getattr(batch, name) for name in ("inserted", "revised", "unchanged", "skipped")}
    moments = {name: utc(getattr(batch, f"{name}_at")) for name in ("started", "finished", "undone")}
    named = {"id": batch.pk, "venue": batch.venue.name, "kind": batch.kind, "name": batch.name}
    return named | {"format": batch.format, "state": _state(batch)} | moments | counts


def _row(batch: "Batch") -> list[str]:
    counts = [f"{count:,}" for count in (batch.inserted, batch.revised, batch.unchanged)]
    return [str(batch.pk), batch.venue.name, batch.name, clock(batch.started_at), _state(batch), *counts]

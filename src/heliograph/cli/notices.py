"""`heliograph notices`: what was told, and whether it arrived."""

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
    from heliograph.notices.queries import NoticeItem, Way

MOST = 10_000

notices = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@notices.callback()
def about() -> None:
    """Show notices and how they fared; send again what failed."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    notices.command("list")(list_)
    notices.command("retry")(retry)
    app.add_typer(notices, name="notices")


@spread
def list_(
    place: Place,
    failed: Annotated[bool, typer.Option("--failed", help="Those that a channel did not get.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List notices, newest first.

    \b
    Examples:
      heliograph notices list
      heliograph notices list --failed --json
    """
    with database(place):
        from heliograph.notices.queries import list_notices

        items = list_notices(failed=failed, limit=limit)
    if as_json:
        show_json([_object(item) for item in items])
        return
    if not items:
        note("No notices failed." if failed else "No notices yet; live strategies raise them.")
        return
    rows = [row for item in items for row in _rows(item, failed=failed)]
    show_table([">id", "raised (UTC)", "topic", "of", "channel", "state", ">tries", "why"], rows)


@spread
def retry(
    place: Place,
    notice: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="The number of a notice.", show_default=False)
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="Those of this channel.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that failed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send again what was given up.

    \b
    Examples:
      heliograph notices retry 17
      heliograph notices retry --channel desk
    """
    if everything == (notice is not None or channel is not None):
        raise UserError("Name a notice or a --channel, or say --all.")
    with database(place), changing("notice.retry", channel or notice or "all"):
        from heliograph.notices.channel import find_channel
        from heliograph.notices.retry import retry as run

        again = run(at=now(), notice=notice, channel=find_channel(channel) if channel else None)
    if as_json:
        show_json({"retried": again})
    else:
        print(f"{counted(again, 'notice')} will be sent again.")


def _object(item: "NoticeItem") -> dict[str, object]:
    ways = [
        asdict(way) | {"not_before": utc(way.not_before), "sent_at": utc(way.sent_at)} for way in item.ways
    ]
    return asdict(item) | {"created_at": utc(item.created_at), "ways": ways}


def _rows(item: "NoticeItem", *, failed: bool) -> list[list[str]]:
    own = [f"{item.id}", clock(item.created_at), item.topic, item.subject]
    ways = [way for way in item.ways if not failed or way.state == "failed"]
    if not ways:
        return [[*own, UNKNOWN, "no channel wants it", "", ""]]
    return [[*own, *_way(way)] for way in ways]


def _way(way: "Way") -> list[str]:
    state = "waiting" if way.state == "pending" else way.state
    return [way.channel, state, f"{way.tries}", way.error]

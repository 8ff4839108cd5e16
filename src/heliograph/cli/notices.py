"""`heliograph notices`: what was told, and whether it arrived."""

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import now, since
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, counted, note, show_json, show_table, utc
from heliograph.cli.quarantine import quarantine
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.notices.log import SendingItem
    from heliograph.notices.queries import NoticeItem, Way

MOST = 10_000


class StateName(StrEnum):
    """How a message stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


notices = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@notices.callback()
def about() -> None:
    """Show notices and how they fared; send again what failed."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    notices.command("list")(list_)
    notices.command("log")(log)
    notices.command("replay")(replay)
    notices.add_typer(quarantine, name="quarantine")
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
    show_table([">id", "raised (UTC)", "topic", "of", ">delivery", "channel", "state", ">tries", "why"], rows)


@spread
def log(
    place: Place,
    channel: Annotated[str | None, typer.Option("--channel", help="What went to this channel.")] = None,
    state: Annotated[StateName | None, typer.Option("--state", help="Only these.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=MOST, help="How many messages.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the messages that were sent, newest first, with every try.

    \b
    Examples:
      heliograph notices log --channel desk
      heliograph notices log --state failed --json
    """
    with database(place):
        from heliograph.notices.channel import find_channel
        from heliograph.notices.log import Shown, list_sendings

        if channel is not None:
            find_channel(channel)
        shown = Shown(channel=channel or "", state=state.value if state else "")
        items = list_sendings(shown, limit=limit)
    if as_json:
        show_json([_message(item) for item in items])
        return
    if not items:
        note("Nothing was sent yet.")
        return
    rows = [row for item in items for row in _tries(item)]
    show_table([">delivery", "channel", "message", "state", "tried (UTC)", ">seconds", "result", "why"], rows)


@spread
def replay(
    place: Place,
    delivery: Annotated[
        int | None, typer.Argument(metavar="[DELIVERY]", help="The number of a delivery.", show_default=False)
    ] = None,
    notice: Annotated[int | None, typer.Option("--notice", help="What failed of this notice.")] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="What failed on this channel.")] = None,
    since_: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="WHEN", help="What failed of notices since a date, or an age as 12h."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that failed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send again what was given up, or one delivery whatever came of it.

    What went together goes together again. A message has the same id as before.

    \b
    Examples:
      heliograph notices replay 17
      heliograph notices replay --channel desk --since 12h
    """
    narrowed = [given for given in (notice, channel, since_) if given is not None]
    if (delivery is not None) + bool(narrowed) + everything != 1:
        raise UserError("Name a delivery, or what failed by --notice, --channel or --since, or say --all.")
    at = now()
    of = delivery or channel or notice or since_ or "all"
    with database(place), changing("notice.replay", of):
        from heliograph.notices.channel import find_channel
        from heliograph.notices.replay import Chosen, replay_delivery
        from heliograph.notices.replay import replay as run
        from heliograph.workers.unheard import unheard_by

        if delivery is not None:
            again = replay_delivery(delivery, at=at, hides=unheard_by)
        else:
            moment = since(since_, at=at) if since_ is not None else None
            again = run(
                Chosen(notice, find_channel(channel) if channel else None, moment), at=at, hides=unheard_by
            )
    if as_json:
        show_json({"replayed": again})
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
        return [[*own, UNKNOWN, UNKNOWN, "no channel wants it", "", ""]]
    return [[*own, *_way(way)] for way in ways]


def _way(way: "Way") -> list[str]:
    state = "waiting" if way.state == "pending" else way.state
    if way.held and way.message is None:
        state = f"waits until {clock(way.not_before)}"
    return [f"{way.delivery}", way.channel, state, f"{way.tries}", way.error]


def _message(item: "SendingItem") -> dict[str, object]:
    times = {name: utc(getattr(item, name)) for name in ("made_at", "sent_at", "not_before")}
    return asdict(item) | times | {"log": [asdict(one) | {"at": utc(one.at)} for one in item.log]}


def _tries(item: "SendingItem") -> list[list[str]]:
    state = "waiting" if item.state == "pending" else item.state
    own = [UNKNOWN if item.delivery is None else f"{item.delivery}", item.channel, item.title, state]
    if not item.log:
        return [[*own, UNKNOWN, UNKNOWN, "", item.error]]
    return [[*own, clock(one.at), f"{one.seconds:.2f}", one.result, one.error] for one in item.log]

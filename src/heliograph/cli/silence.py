"""`heliograph silence`: what is not told for a while."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.actor import actor
from heliograph.cli.alert_options import labels_of
from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.moments import moment, now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, note, show_json, show_table, utc
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.monitor.alerts.models import Silence

UNITS = {"m": 60, "h": 3_600, "d": 86_400}

silence = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@silence.callback()
def about() -> None:
    """Keep incidents from being told for a while, once or again and again; they are opened all the same."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in {"add": add, "list": list_, "end": end}.items():
        silence.command(name)(command)
    app.add_typer(silence, name="silence")


@dataclass(frozen=True)
class Wanted:
    """What is to be silenced, from when on and for how long."""

    length: Annotated[str, typer.Option("--for", metavar="LENGTH", help="How long: 30m, 2h or 3d.")] = "1h"
    rules: Annotated[
        list[str] | None,
        typer.Option("--rule", metavar="PATTERN", help="Only these rules or causes; repeatable."),
    ] = None
    labels: Annotated[
        list[str] | None,
        typer.Option("--label", metavar="NAME=PATTERN", help="Only what has such labels; repeatable."),
    ] = None
    begins: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="When it begins; default: now.")
    ] = None
    every: Annotated[
        int | None, typer.Option("--every", metavar="DAYS", help="Again every so many days.")
    ] = None
    maintenance: Annotated[
        bool, typer.Option("--maintenance", help="It is a maintenance window, which is planned.")
    ] = False


@spread
def add(
    why: Annotated[str, typer.Argument(metavar="WHY", help="For those who wonder later.")],
    wanted: Wanted,
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Silence incidents; without --rule and --label all of them.

    \b
    Examples:
      heliograph silence add "moving the database" --for 2h --rule database
      heliograph silence add "nightly backup" --maintenance --from 2026-12-01T02:00 --for 30m --every 1
    """
    with database(place), changing("silence.add", why) as told:
        from heliograph.monitor.alerts.silences import Hush, add_silence

        at = now()
        start = at if wanted.begins is None else moment(wanted.begins, option="--from")
        hush = Hush(
            begins_at=start,
            ends_at=start + _length(wanted.length),
            why=why,
            rules=wanted.rules or (),
            labels=labels_of(wanted.labels or []),
            every_days=wanted.every,
            is_maintenance=wanted.maintenance,
        )
        made = add_silence(hush, who=actor().name, at=at)
        told["silence"] = made.pk
    if as_json:
        show_json(_object(made))
    else:
        print(f"Silence {made.pk} holds from {clock(made.begins_at)} to {clock(made.ends_at)} UTC.")


@spread
def list_(
    place: Place,
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the silences that hold or will.

    \b
    Example:
      heliograph silence list
    """
    with database(place):
        from heliograph.monitor.alerts.queries import list_silences

        items = list_silences(every=every, at=now())
    if as_json:
        show_json([_object(item.silence) | {"state": item.state} for item in items])
    elif items:
        columns = [">id", "kind", "state", "what", "from (UTC)", "to (UTC)", "who", "why"]
        show_table(columns, [_row(item.silence, item.state) for item in items])
    else:
        note("Nothing is silenced.")


@spread
def end(
    number: Annotated[int, typer.Argument(metavar="ID", help="The number of a silence.", show_default=False)],
    place: Place,
    as_json: AsJson = False,
) -> None:
    """End a silence; what goes on is told.

    \b
    Example:
      heliograph silence end 3
    """
    with database(place), changing("silence.end", f"silence {number}"):
        from heliograph.monitor.alerts.silences import end_silence

        end_silence(number, at=now())
    if as_json:
        show_json({"silence": number, "ended": True})
    else:
        print(f"Silence {number} is ended.")


def _length(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,5})([mhd])", text)
    if not found:
        raise UserError(f"--for takes a length such as 30m, 2h or 3d, not `{text}`.")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])


def _row(one: "Silence", state: str) -> list[str]:
    what = ", ".join([*one.rules, *(f"{name}={value}" for name, value in one.labels.items())]) or "everything"
    again = f", every {one.every_days} d" if one.every_days else ""
    return [
        f"{one.pk}",
        one.kind,
        f"{state}{again}",
        what,
        clock(one.begins_at),
        clock(one.ends_at),
        one.who,
        one.why,
    ]


def _object(one: "Silence") -> dict[str, object]:
    names = ("kind", "rules", "labels", "every_days", "who", "why")
    times: dict[str, datetime | None] = {
        name: getattr(one, name) for name in ("begins_at", "ends_at", "made_at", "ended_at")
    }
    plain = {name: getattr(one, name) for name in names}
    return {"id": one.pk, **plain, **{name: utc(at) for name, at in times.items()}}

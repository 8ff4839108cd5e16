"""`heliograph heartbeat`: the dead-man's switch outside, which is told again and again that all works."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import asking, changing
from heliograph.cli.database import database
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, note, show_json, utc
from heliograph.cli.spread import spread
from heliograph.errors import SourceError, UserError

if TYPE_CHECKING:
    from heliograph.monitor.alerts.queries import HeartbeatItem

heartbeat = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


class NotTaken(SourceError):
    """The address did not take the heartbeat."""


@heartbeat.callback()
def about() -> None:
    """Tell an address outside every minute that all works: it raises an alarm when nothing comes any more."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in {"set": set_, "show": show, "test": try_, "off": off}.items():
        heartbeat.command(name)(command)
    app.add_typer(heartbeat, name="heartbeat")


@spread
def set_(
    place: Place,
    url: Annotated[str | None, typer.Argument(metavar="[URL]", help="The address, https://...")] = None,
    url_env: Annotated[
        str | None,
        typer.Option("--url-env", metavar="NAME", help="The environment variable that holds the address."),
    ] = None,
    method: Annotated[str, typer.Option("--method", metavar="METHOD", help="GET or POST.")] = "POST",
    least_score: Annotated[
        float,
        typer.Option(
            "--least-score",
            metavar="SCORE",
            help="Only while the health is at least this. 26: no gate is red; 0: as long as anybody looks.",
        ),
    ] = 26,
    allow_private: Annotated[
        list[str] | None,
        typer.Option("--allow-private", metavar="HOST", help="A private host or network; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set the address, such as that of a check at healthchecks.io or of your Uptime Kuma.

    \b
    Examples:
      heliograph heartbeat set https://hc-ping.com/your-uuid
      heliograph heartbeat set --url-env HEARTBEAT_URL --method GET --least-score 75
    """
    if (url is None) == (url_env is None):
        raise UserError("Name the address, or by --url-env the environment variable that holds it.")
    options: dict[str, object] = {"url": url} if url else {"url_env": url_env}
    if allow_private:
        options["allow_private"] = allow_private
    with database(place), changing("heartbeat.set") as told:
        from heliograph.monitor.alerts.heartbeat import set_heartbeat
        from heliograph.monitor.alerts.queries import read_heartbeat

        set_heartbeat(options, method=method.upper(), least_score=least_score, at=now())
        item = read_heartbeat()
        told["subject"] = item.where
    _tell(item, as_json=as_json)
    if not as_json:
        note("`heliograph heartbeat test` tries it at once.")


@spread
def show(place: Place, as_json: AsJson = False) -> None:
    """Show the address, and when it was reached last.

    \b
    Example:
      heliograph heartbeat show
    """
    with database(place):
        from heliograph.monitor.alerts.queries import read_heartbeat

        item = read_heartbeat()
    _tell(item, as_json=as_json)


@spread
def try_(place: Place, as_json: AsJson = False) -> None:
    """Send one at once, whatever the health says.

    \b
    Example:
      heliograph heartbeat test
    """
    with database(place), asking("heartbeat.test") as told:
        from heliograph.monitor.alerts.heartbeat import try_heartbeat

        beat = try_heartbeat(at=now())
        told["sent"] = beat.sent
    if as_json:
        show_json({"sent": beat.sent, "error": beat.error})
    elif beat.sent:
        print("It was taken.")
    if not beat.sent:
        raise NotTaken(beat.error)


@spread
def off(place: Place, as_json: AsJson = False) -> None:
    """Tell the address nothing any more. End the check on the other side first: it would raise its alarm.

    \b
    Example:
      heliograph heartbeat off
    """
    with database(place), changing("heartbeat.off"):
        from heliograph.monitor.alerts.heartbeat import remove_heartbeat

        remove_heartbeat()
    if as_json:
        show_json({"heartbeat": None})
    else:
        print("Nobody is told any more.")


def _tell(item: "HeartbeatItem", *, as_json: bool) -> None:
    if as_json:
        show_json({k: utc(v) if isinstance(v, datetime) else v for k, v in asdict(item).items()})
        return
    print(f"{item.method} to {item.where} every minute while the health is at least {item.least_score:g}")
    words = {"reached": "It is reached", "new": "It was not reached yet"}
    if item.state == "held":
        print(f"Nothing is sent: {item.held}")
    elif item.state == "failing":
        print(f"It failed {item.failures} times in a row: {item.error}")
    else:
        print(words[item.state])
    print(f"Reached last at {clock(item.reached_at)} UTC, tried last at {clock(item.tried_at)} UTC")

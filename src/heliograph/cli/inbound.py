"""`heliograph inbound`: who may send alerts as signals from outside."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import changing
from heliograph.cli.database import database
from heliograph.cli.inbound_options import From, Wanted
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, note, show_json, show_table, utc
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.inbound.alerts import AlertItem
    from heliograph.inbound.sources import SourceItem

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a source.", show_default=False)]

PATH = "/api/v1/inbound/"

inbound = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@inbound.callback()
def about() -> None:
    """Take alerts of TradingView and of other programs as signals, followed and scored like our own."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    commands = {"add": add, "list": list_, "alerts": alerts, "secret": secret, "remove": remove}
    for name, command in commands.items():
        inbound.command(name)(command)
    app.add_typer(inbound, name="inbound")


@spread
def add(
    name: Name,
    wanted: Wanted,
    sender: From,
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Add a source; its address and its secret are printed once.

    Alerts of the source become signals of a strategy of their own: entered at the next open, left at their
    stop or targets, at an alert that closes or says the opposite, or when they expire.

    \b
    Examples:
      heliograph inbound add tv --timeframe 1h --expires 48 --only-tradingview
      heliograph inbound add scanner --strategy "My scanner" --timeframe 1d --long-only --live
    """
    with database(place), changing("source.add", name) as told:
        from heliograph.inbound.sources import TRADINGVIEW, Asked, add_source

        source, secret = add_source(
            name,
            asked=Asked(**asdict(wanted)),
            strategy=sender.strategy,
            venue=sender.venue,
            addresses=[*(TRADINGVIEW if sender.only_tradingview else ()), *(sender.allow_from or [])],
            live=sender.live,
            at=now(),
        )
        told["strategy"] = source.version.strategy.name
    if as_json:
        version = source.version
        show_json(
            {"source": name, "strategy": version.strategy.name, "version": version.number}
            | {"path": f"{PATH}{name}", "secret": secret}
        )
    else:
        _show_added(name, of=str(source.version), secret=secret)


def _show_added(name: str, *, of: str, secret: str) -> None:
    print(f"{name} is stored: its signals are those of {of}.")
    print(f"address  https://YOUR-HOST{PATH}{name}")
    print(f"secret   {secret}")
    note("The secret is not stored and not shown again. As the message of an alert of TradingView paste:")
    note(
        f'{{"secret": "{secret}", "symbol": "{{{{exchange}}}}:{{{{ticker}}}}", "action": "buy", '
        '"time": "{{time}}"}'
    )


@spread
def list_(place: Place, as_json: AsJson = False) -> None:
    """List the sources and how their alerts fared.

    \b
    Example:
      heliograph inbound list
    """
    with database(place):
        from heliograph.inbound.sources import list_sources

        items = list_sources()
    if as_json:
        show_json([_object(item) for item in items])
    elif items:
        show_table(COLUMNS, [_row(item) for item in items])
    else:
        note("No sources yet; `heliograph inbound add` adds one.")


@spread
def alerts(
    place: Place,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Of this source alone.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only those that cannot be followed.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List the newest alerts, and what became of each.

    \b
    Example:
      heliograph inbound alerts tv --refused
    """
    with database(place):
        from heliograph.inbound.alerts import list_alerts

        items = list_alerts(source=name, refused=refused, limit=limit)
    if as_json:
        show_json([_alert(item) for item in items])
    elif items:
        show_table(ALERT_COLUMNS, [_alert_row(item) for item in items])
    else:
        note("No alerts yet; the address and the secret of a source are shown when it is added.")


@spread
def secret(
    name: Name,
    place: Place,
    renew: Annotated[bool, typer.Option("--renew", help="Make a new one; the one before works too.")] = False,
    end_old: Annotated[bool, typer.Option("--end-old", help="Take only the newest.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replace the secret of a source.

    First --renew, which prints the new one, once; put it into the alerts, then --end-old. Until then alerts
    with either are taken.

    \b
    Examples:
      heliograph inbound secret tv --renew
      heliograph inbound secret tv --end-old
    """
    if renew == end_old:
        raise UserError("Say either --renew or --end-old; no secret is stored, so none can be shown again.")
    made = None
    with database(place), changing("source.secret", name, act="renew" if renew else "end"):
        from heliograph.inbound.sources import end_former_secret, renew_secret

        if renew:
            made = renew_secret(name)
        else:
            end_former_secret(name)
    if as_json:
        show_json({"source": name, "secret": made})
    elif made:
        print(f"secret   {made}")
        note("It is not stored and not shown again. The one of before is taken until --end-old.")
    else:
        print(f"{name} takes only alerts with its newest secret.")


@spread
def remove(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Take no more alerts of a source.

    Signals that run are followed to their ends, and all of them stay on record.

    \b
    Example:
      heliograph inbound remove tv
    """
    with database(place), changing("source.remove", name):
        from heliograph.inbound.sources import remove_source

        version = remove_source(name, at=now())
    if as_json:
        show_json({"source": name, "strategy": version.strategy.name, "version": version.number})
    else:
        print(f"{name} is removed; {version} is retired, and what runs is followed to its end.")


COLUMNS = [
    "name",
    "strategy",
    "stage",
    "timeframe",
    "venue",
    "from",
    ">alerts",
    ">refused",
    "last alert (UTC)",
]
ALERT_COLUMNS = ["received (UTC)", "source", "symbol", "action", "bar (UTC)", "state", "reason"]


def _object(item: "SourceItem") -> dict[str, object]:
    times = {"created_at": utc(item.created_at), "last_alert_at": utc(item.last_alert_at)}
    return asdict(item) | {"addresses": list(item.addresses)} | times


def _row(item: "SourceItem") -> list[str]:
    return [
        item.name,
        f"{item.strategy} v{item.version}",
        item.stage,
        item.timeframe,
        item.venue or "any",
        ", ".join(item.addresses) or "anywhere",
        f"{item.alerts:,}",
        f"{item.refused:,}",
        clock(item.last_alert_at),
    ]


def _alert(item: "AlertItem") -> dict[str, object]:
    return asdict(item) | {"received_at": utc(item.received_at), "bar_time": utc(item.bar_time)}


def _alert_row(item: "AlertItem") -> list[str]:
    return [
        clock(item.received_at),
        item.strategy,
        item.symbol or "–",
        " ".join(part for part in (item.action, item.side) if part) or "–",
        clock(item.bar_time),
        item.state,
        item.reason,
    ]

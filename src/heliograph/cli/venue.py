"""`heliograph venue`: the exchanges that candles come from."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import asking, changing
from heliograph.cli.database import database
from heliograph.cli.exits import Exit
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, counted, note, show_json, show_table, utc
from heliograph.cli.progress import busy
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.market.sources.exchange.universe import Synced
    from heliograph.market.sources.exchange.venues import VenueLine

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a venue.", show_default=False)]

venue = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@dataclass(frozen=True)
class Reach:
    """How an exchange is called and reached."""

    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Another name for it. Default: that of ccxt.")
    ] = ""
    url: Annotated[
        str,
        typer.Option("--url", metavar="URL", help="Another address of its API: a mirror, a proxy, a test."),
    ] = ""
    priority: Annotated[
        int, typer.Option("--priority", min=0, help="Which goes first; the lowest number does.")
    ] = 100
    per_second: Annotated[
        float | None,
        typer.Option("--per-second", min=0.01, help="Requests a second at most. Default: what ccxt knows."),
    ] = None


@venue.callback()
def about() -> None:
    """Add exchanges, read their lists of symbols, and show how they fare."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in {"add": add, "list": list_, "sync": sync, "remove": remove}.items():
        venue.command(name)(command)
    app.add_typer(venue, name="venue")


@spread
def add(
    exchange: Annotated[
        str, typer.Argument(metavar="EXCHANGE", help="Its name at ccxt, such as binance.", show_default=False)
    ],
    reach: Reach,
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Add an exchange and read its list of symbols.

    Candles need no key. Where one is to be used, it is read from HELIOGRAPH_<NAME>_KEY and
    HELIOGRAPH_<NAME>_SECRET in the environment.

    \b
    Example:
      heliograph venue add binance
    """
    told = asking("venue.add", reach.name or exchange, exchange=exchange)
    with database(place), told, busy(f"Reading the list of {exchange}"):
        from heliograph.market.sources.exchange.venues import add_venue

        synced = add_venue(
            exchange,
            at=now(),
            name=reach.name,
            url=reach.url,
            priority=reach.priority,
            per_second=reach.per_second,
        )
    _tell([synced], as_json=as_json)


@spread
def list_(place: Place, as_json: AsJson = False) -> None:
    """Show the exchanges: symbols, watched series, clock, requests, and what went wrong last.

    \b
    Example:
      heliograph venue list
    """
    with database(place):
        from heliograph.market.sources.exchange.venues import list_venues

        found = list_venues()
    if as_json:
        show_json({"items": [asdict(one) | {"synced_at": utc(one.synced_at)} for one in found]})
    elif found:
        columns = ["venue", "exchange", ">priority", ">symbols", ">watched", ">failing", "list read (UTC)"]
        show_table([*columns, ">clock ahead ms", ">requests", ">refused", "why"], map(_row, found))
    else:
        note("No exchanges; `heliograph venue add binance` adds one.")


@spread
def sync(
    place: Place,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Only this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read the lists of symbols now: what was listed and delisted since is kept as history.

    \b
    Example:
      heliograph venue sync binance
    """
    with database(place), asking("venue.sync", name or "all"), busy("Reading"):
        from heliograph.market.sources.exchange.universe import sync_all, sync_universe
        from heliograph.market.sources.exchange.venues import find_venue

        found = [sync_universe(find_venue(name), at=now())] if name else sync_all(at=now())
    _tell(found, as_json=as_json)


@spread
def remove(name: Name, place: Place, as_json: AsJson = False) -> None:
    """Forget an exchange that nothing is watched at and no candles came from.

    \b
    Example:
      heliograph venue remove kraken
    """
    with database(place), changing("venue.remove", name):
        from heliograph.market.sources.exchange.venues import remove_venue

        remove_venue(name)
    if as_json:
        show_json({"removed": name})
    else:
        print(f"{name} is removed.")


def _tell(found: list["Synced"], *, as_json: bool) -> None:
    if as_json:
        show_json({"items": [asdict(one) for one in found]})
    for one in found:
        if one.refused:
            note(one.refused)
        elif not as_json:
            changes = f"{one.added:,} new, {one.back:,} back, {one.delisted:,} delisted"
            print(f"{one.venue}: {counted(one.listed, 'symbol')} listed; {changes}.")
    if any(one.refused for one in found):
        raise typer.Exit(Exit.SOURCE_DOWN)
    if not found:
        note("No exchanges; `heliograph venue add binance` adds one.")


def _row(one: "VenueLine") -> list[str]:
    ahead = UNKNOWN if one.skew_ms is None else f"{one.skew_ms:+,.0f}"
    counts = [f"{count:,}" for count in (one.priority, one.listed, one.watches, one.failing)]
    asked = [f"{one.requests:,}", f"{one.refusals:,}"]
    return [one.name, one.exchange, *counts, clock(one.synced_at), ahead, *asked, one.error]

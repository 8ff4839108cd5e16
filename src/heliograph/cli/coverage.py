"""`heliograph coverage`: which candles are stored, and which are missing."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import UNKNOWN, clock, note, show_json, show_table, utc
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.market.coverage import Coverage


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("coverage")(coverage)


@spread
def coverage(
    place: Place,
    venue: Annotated[str | None, typer.Option("--venue", help="Only this venue.")] = None,
    symbol: Annotated[str | None, typer.Option("--symbol", help="Only this symbol.")] = None,
    timeframe: Annotated[str | None, typer.Option("--timeframe", metavar="TF", help="Only this one.")] = None,
    gaps: Annotated[bool, typer.Option("--gaps", help="List every gap.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show which candles are stored, and which are missing.

    A gap is a bar that should exist by the calendar of its instrument: a weekend or a holiday is none.

    \b
    Examples:
      heliograph coverage
      heliograph coverage --symbol BTC/USDT --gaps
    """
    with database(place):
        from heliograph.market.coverage import coverage as measure
        from heliograph.market.queries import stored_symbol

        if symbol is not None:
            symbol = stored_symbol(symbol, venue=venue)
        found = measure(venue=venue, symbol=symbol, timeframe=timeframe)
    if as_json:
        show_json({"items": [_item(one) for one in found]})
    elif not found:
        such = " such" if venue or symbol or timeframe else ""
        note(f"No{such} candles are stored; `heliograph import PATH` stores some.")
    elif gaps and not any(one.gaps for one in found):
        note("There are no gaps.")
    elif gaps:
        show_table(
            ["venue", "symbol", "timeframe", "first missing (UTC)", "last missing (UTC)", ">bars"],
            [
                [one.venue, one.symbol, one.timeframe, clock(gap.first), clock(gap.last), f"{gap.bars:,}"]
                for one in found
                for gap in one.gaps
            ],
        )
    else:
        columns = ["venue", "symbol", "timeframe", "calendar", "from (UTC)", "to (UTC)", ">bars"]
        show_table([*columns, ">gaps", ">missing", ">covered %"], [_row(one) for one in found])


def _item(one: "Coverage") -> dict[str, object]:
    times = {"first": utc(one.first), "last": utc(one.last), "missing": one.missing, "share": one.share}
    gaps = [{"first": utc(gap.first), "last": utc(gap.last), "bars": gap.bars} for gap in one.gaps]
    return asdict(one) | times | {"gaps": gaps}


def _row(one: "Coverage") -> list[str]:
    return [
        one.venue,
        one.symbol,
        one.timeframe,
        one.calendar,
        clock(one.first),
        clock(one.last),
        f"{one.bars:,}",
        f"{len(one.gaps):,}",
        f"{one.missing:,}",
        UNKNOWN if one.share is None else f"{100 * one.share:.2f}",
    ]

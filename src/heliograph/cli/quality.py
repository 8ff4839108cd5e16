"""`heliograph quality`: how complete, timely and sound the candles are, from day to day."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.database import database
from heliograph.cli.moments import moment, now
from heliograph.cli.moments import since as moment_since
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import note, number, show_json, show_table
from heliograph.cli.spread import spread
from heliograph.errors import UserError
from heliograph.reports.quality.groupings import By
from heliograph.reports.quality.score import WEIGHTS

if TYPE_CHECKING:
    from heliograph.reports.quality.queries import QualityAsked, QualityGroup


@dataclass(frozen=True)
class Which:
    """Which days of which series."""

    since: Annotated[
        str | None, typer.Option("--since", metavar="AGE|DATE", help="That UTC day or later, such as 30d.")
    ] = None
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="That UTC day or before.")] = (
        None
    )
    venue: Annotated[str | None, typer.Option("--venue", help="Only of this venue.")] = None
    symbol: Annotated[str | None, typer.Option("--symbol", help="Only of this symbol.")] = None
    timeframe: Annotated[str | None, typer.Option("--timeframe", metavar="TF", help="Only these bars.")] = (
        None
    )

    def asked(self) -> "QualityAsked":
        """The same for the room of reports."""
        from heliograph.reports.quality.queries import QualityAsked

        return QualityAsked(
            since=moment_since(self.since, at=now()).date() if self.since else None,
            until=moment(self.until, option="--until").date() if self.until else None,
            venue=self.venue,
            symbol=self.symbol,
            timeframe=self.timeframe,
        )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("quality")(quality)


@spread
def quality(
    which: Which,
    place: Place,
    by: Annotated[By, typer.Option("--by", help="What groups are made of.")] = By.VENUE,
    measure: Annotated[
        bool,
        typer.Option(
            "--measure", help="First measure anew: the days from --since to --until, or the newest."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell how complete, fresh and sound candles are: a score with its parts.

    The newest days of each series are measured every half an hour, and kept. Parts are 0 to 100 %; a dash has
    nothing to judge by.

    \b
    Examples:
      heliograph quality
      heliograph quality --by series --venue binance --since 7d
      heliograph quality --measure --since 2024-08-01 --until 2024-08-21 --by day
    """
    with database(place):
        from heliograph.reports.quality.queries import quality as answer

        asked = which.asked()
        if measure:
            _measure(asked)
        found = answer(asked, by=by)
    if as_json:
        show_json(found.to_dict())
    elif not found.groups:
        note("No such day is kept; --measure measures days anew.")
    else:
        heads = [by, ">score", *(f">{name} %" for name in WEIGHTS), ">expected", ">stored", ">gaps"]
        show_table(heads, [_row(one) for one in [*found.groups, found.total]])


def _measure(asked: "QualityAsked") -> None:
    from heliograph.reports.quality.keep import keep_days, keep_newest

    if asked.since is None and asked.until is None:
        keep_newest(at=now())
    elif asked.since is None or asked.until is None:
        raise UserError("--measure takes both --since and --until, or neither.")
    else:
        keep_days(first=asked.since, last=asked.until, at=now())


def _row(one: "QualityGroup") -> list[str]:
    counts = one.counts
    return [
        one.name,
        number(one.score, 1),
        *(number(None if part is None else 100 * part, 1) for part in one.parts.values()),
        f"{counts.expected:,}",
        f"{counts.stored:,}",
        f"{counts.gaps:,}",
    ]

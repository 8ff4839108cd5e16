"""`heliograph import`: files of candles into the database."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heliograph.cli.changing import doing
from heliograph.cli.database import database
from heliograph.cli.exits import Exit
from heliograph.cli.moments import now
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, counted, note, show_json, show_table, utc
from heliograph.cli.progress import counting
from heliograph.cli.spread import spread

if TYPE_CHECKING:
    from heliograph.market.detect import FoundSeries, Imported
    from heliograph.market.sources.files import Reading

FORMAT = "How they are written, where it is not detected: csv, binance, freqtrade, tradingview, ..."

SYMBOL = "The symbol, where neither the file nor its name says it; or the one to take."
CALENDAR = "The sessions: `always`, or a code such as XNYS. Default: those that the bars keep to."


@dataclass(frozen=True)
class Written:
    """How the files are to be read; what is not given is detected."""

    format: Annotated[str | None, typer.Option("--format", help=FORMAT)] = None
    symbol: Annotated[
        str | None,
        typer.Option("--symbol", help="The symbol, where neither file nor name says it; or one to pick."),
    ] = None
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", metavar="TF", help="The timeframe, in the same way.")
    ] = None
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="The zone of the times. Default: UTC.")
    ] = None
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Keep the good rows; the others are listed beside the file.")
    ] = False

    def reading(self) -> "Reading":
        """The same for the readers."""
        from heliograph.market.sources.files import Reading

        return Reading(**asdict(self))


@dataclass(frozen=True)
class Target:
    """Where the candles go."""

    venue: Annotated[str, typer.Option("--venue", help="The venue that they are of.")] = "file"
    calendar: Annotated[
        str | None,
        typer.Option("--calendar", help=CALENDAR),
    ] = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what is detected.")] = False


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_candles)


@spread
def import_candles(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="A file, or a folder of files.", show_default=False)
    ],
    written: Written,
    target: Target,
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Store candles from files.

    Whole folders can be given. A file that was imported before changes nothing; one that was corrected keeps
    the old values as revisions. An interrupted import goes on when it is repeated.

    \b
    Examples:
      heliograph import ~/candles
      heliograph import EURUSD_H1.csv --timezone Europe/Helsinki --venue mybroker --dry-run
    """
    reading = written.reading()
    found = _detected(paths, reading) if target.dry_run else _stored(paths, reading, target, place)
    if as_json:
        show_json({"items": [_item(file) for file in found]})
    else:
        _show(found, dry_run=target.dry_run)
    refused = [file.refused for file in found if file.refused]
    for sentence in refused:
        note(sentence)
    if refused:
        raise typer.Exit(Exit.WRONG_USE)


def _detected(paths: list[Path], reading: "Reading") -> list["Imported"]:
    from heliograph.market.detect import detect

    found = []
    with counting("files") as count:
        for file in detect(paths, reading=replace(reading, now=int(now().timestamp() * 1000))):
            found.append(file)
            count(len(found), what=Path(file.file).name)
    return found


def _stored(paths: list[Path], reading: "Reading", target: Target, place: Place) -> list["Imported"]:
    told = doing("candles.import", ", ".join(path.name for path in paths), venue=target.venue)
    with database(place), told, counting("bars") as count:
        from heliograph.market.ingest import import_files

        try:
            return import_files(
                paths,
                at=now(),
                venue=target.venue,
                reading=reading,
                calendar=target.calendar,
                progress=lambda file, done, total: count(done, total, Path(file).name),
            )
        except KeyboardInterrupt:
            note("What was committed is kept; the same command goes on from there.")
            raise


def _item(file: "Imported") -> dict[str, Any]:
    plain = asdict(file) | {"recognised": utc(file.recognised)}
    plain["series"] = [asdict(one) | {"first": utc(one.first), "last": utc(one.last)} for one in file.series]
    return plain


def _show(found: list["Imported"], *, dry_run: bool) -> None:
    taken = [file for file in found if not file.refused]
    series = [(file, one) for file in taken for one in file.series]
    if series:
        show_table(
            ["file", "format", "symbol", "timeframe", "from (UTC)", "to (UTC)", ">bars"],
            [_row(file, one) for file, one in series],
        )
    for file in taken:
        for sentence in _remarks(file):
            print(f"{file.file}: {sentence}")
    if taken and not dry_run:
        sums = [sum(getattr(file, name) for file in taken) for name in ("inserted", "revised", "unchanged")]
        print("{} new, {:,} revised, {:,} unchanged.".format(counted(sums[0], "bar"), *sums[1:]))


def _row(file: "Imported", one: "FoundSeries") -> list[str]:
    name = Path(file.file).name
    return [name, file.format, one.symbol, one.timeframe, clock(one.first), clock(one.last), f"{one.bars:,}"]


def _remarks(file: "Imported") -> Iterator[str]:
    if file.recognised:
        yield f"imported before, on {clock(file.recognised)} UTC; nothing to do."
    if file.skipped:
        listed = f", listed in {file.skipped_file}" if file.skipped_file else ""
        yield f"{counted(file.skipped, 'bad row')} left out{listed}."
    if file.revised:
        yield f"{counted(file.revised, 'bar')} stored before with other values, which are kept as revisions."
    if repeated := sum(one.findings.repeated for one in file.series):
        yield f"{counted(repeated, 'identical row')} dropped."
    if forming := sum(one.findings.forming for one in file.series):
        yield f"{counted(forming, 'candle')} still forming left out."
    if outside := sum(one.findings.outside_range for one in file.series):
        yield f"{counted(outside, 'bar')} with an open or close outside low to high, kept."
    if any(one.findings.turned_round for one in file.series):
        yield "newest first, turned round."

"""`heliograph watch` and `unwatch`: series that are kept up to date from exchanges."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.changing import asking, changing
from heliograph.cli.database import database
from heliograph.cli.exits import Exit
from heliograph.cli.jobs import follow
from heliograph.cli.moments import now, since
from heliograph.cli.options import AsJson, Place
from heliograph.cli.output import clock, counted, note, show_json, show_table, utc
from heliograph.cli.progress import Tell, counting
from heliograph.cli.spread import spread
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.fleet.models import Job
    from heliograph.market.long_run import LongRun
    from heliograph.market.models import Watch
    from heliograph.market.sources.exchange.watches import WatchLine

Symbols = Annotated[
    list[str] | None,
    typer.Argument(metavar="SYMBOL", help="BTC/USDT, BTC-USDT or BINANCE:BTCUSDT.", show_default=False),
]
Timeframe = Annotated[
    str | None, typer.Option("--timeframe", metavar="TF", help="The length of the bars, such as 5m.")
]


@dataclass(frozen=True)
class Source:
    """Where the candles come from, and from when on."""

    venue: Annotated[
        str | None, typer.Option("--venue", help="The exchange. Default: the first in priority.")
    ] = None
    fallback: Annotated[
        list[str] | None,
        typer.Option("--fallback", metavar="VENUE", help="Asked while the one before fails; repeatable."),
    ] = None
    since: Annotated[
        str, typer.Option("--since", metavar="WHEN", help="A date, or an age such as 12h, 30d, 2y.")
    ] = "30d"


@dataclass
class Shown:
    """A long run whose progress is also drawn in the terminal."""

    run: "LongRun"
    tell: Tell
    arguments: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self.arguments = self.run.arguments

    def report(
        self,
        done: int,
        *,
        total: int | None = None,
        unit: str | None = None,
        cursor: Mapping[str, object] | None = None,
    ) -> None:
        """Hear how far it is."""
        self.tell(done, total, "history")
        self.run.report(done, total=total, unit=unit, cursor=cursor)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("watch")(watch)
    app.command("unwatch")(unwatch)


@spread
def watch(
    source: Source,
    place: Place,
    symbols: Symbols = None,
    timeframe: Timeframe = None,
    show: Annotated[bool, typer.Option("--list", help="Show what is watched.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the history is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep series up to date from an exchange.

    Their history is fetched first: by the workers of a running `heliograph up`, else by this command. From
    then on `heliograph up` adds each bar when it has closed. An interrupted command goes on when it is
    repeated.

    \b
    Examples:
      heliograph watch BTC/USDT ETH/USDT --timeframe 5m
      heliograph watch BTC/USDT --timeframe 1h --since 2020-01-01 --venue binance --fallback kraken
      heliograph watch --list
    """
    if show or not symbols:
        with database(place):
            from heliograph.market.sources.exchange.watches import list_watches

            _show(list_watches(at=now()), as_json=as_json)
        return
    if timeframe is None:
        raise UserError("Say which bars are wanted, such as --timeframe 5m.")
    told = asking("watch.add", ", ".join(symbols), timeframe=timeframe, venue=source.venue)
    with database(place), told:
        from heliograph.market.sources.exchange.watches import add_watches

        at = now()
        watches = add_watches(
            symbols,
            timeframe=timeframe,
            since=since(source.since, at=at),
            at=at,
            venue=source.venue,
            fallbacks=source.fallback or [],
        )
        job = _fetch(watches, at=at, wait=wait)
    _report(job, watches, as_json=as_json)


@spread
def unwatch(
    place: Place,
    symbols: Annotated[list[str], typer.Argument(metavar="SYMBOL", show_default=False)],
    timeframe: Timeframe = None,
    venue: Annotated[str | None, typer.Option("--venue", help="Only at this exchange.")] = None,
    as_json: AsJson = False,
) -> None:
    """Keep series up to date no more; their candles stay.

    \b
    Example:
      heliograph unwatch BTC/USDT --timeframe 5m
    """
    with database(place), changing("watch.remove", ", ".join(symbols), timeframe=timeframe, venue=venue):
        from heliograph.market.sources.exchange.watches import remove_watches

        ended = remove_watches(symbols, timeframe=timeframe, venue=venue)
    if as_json:
        show_json({"ended": ended})
    else:
        print(f"{ended:,} series no longer watched; the candles stay.")


def _fetch(watches: list["Watch"], *, at: datetime, wait: bool) -> "Job":
    """The job that fetches their history: handed to workers where there are any, else done here."""
    from heliograph.fleet.jobs import cancel, enqueue, run_next
    from heliograph.fleet.nodes import alive
    from heliograph.market.sources.exchange.backfill import run_backfill

    ids = sorted(one.pk for one in watches)
    names = ", ".join(str(one) for one in watches[:3]) + (" …" if len(watches) > 3 else "")
    job = enqueue(
        "backfill",
        title=f"history of {names}",
        arguments={"watches": ids},
        at=at,
        key=f"backfill:{','.join(map(str, ids))}"[:128],
    )
    if alive(at=now()):
        return follow(job.pk) if wait else job
    with counting("bars") as tell:
        try:
            run_next(
                {"backfill": lambda run: run_backfill(Shown(run, tell))}, holder="command line", only=job.pk
            )
        except KeyboardInterrupt:
            note("What was fetched is kept; the same command, or `heliograph up`, goes on from there.")
            raise
    job.refresh_from_db()
    if job.state == job.State.QUEUED and job.error:
        # Who sits here repeats the command when it suits; the polls of `up` fetch what is missing too.
        ended = cancel(job.pk)
        ended.error = job.error
        return ended
    return job


def _report(job: "Job", watches: list["Watch"], *, as_json: bool) -> None:
    if as_json:
        done = {"job": job.pk, "state": job.state, "done": job.done, "total": job.total, "error": job.error}
        show_json({"watched": [str(one) for one in watches], **done, "result": job.result})
    elif job.state == job.State.DONE:
        bars, unserved = int(job.result.get("bars", 0)), int(job.result.get("unserved", 0))
        lacks = f"; the exchange lacks {unserved:,}, which stay gaps" if unserved else ""
        print(f"{len(watches):,} series watched, {counted(bars, 'bar')} fetched{lacks}.")
    elif job.state in job.UNFINISHED and not job.error:
        print(f"Watched; workers fetch the history: `heliograph jobs wait {job.pk}` follows them.")
    if job.error:
        # The name of a fault's class is for programs.
        note(re.sub(r"^[A-Z][a-zA-Z]+: ", "", job.error))
        raise typer.Exit(Exit.SOURCE_DOWN)


def _show(found: list["WatchLine"], *, as_json: bool) -> None:
    if as_json:
        moments = ("since", "newest", "streamed_at")
        plain = [
            asdict(one) | {name: utc(getattr(one, name)) for name in moments} | {"feeds": list(one.feeds)}
            for one in found
        ]
        show_json({"items": plain})
    elif found:
        columns = ["venue", "symbol", "timeframe", "since (UTC)", "newest (UTC)", ">bars", ">not served"]
        show_table([*columns, "from", "streamed (UTC)", "why"], map(_row, found))
    else:
        note("Nothing is watched; `heliograph watch BTC/USDT --timeframe 5m` begins.")


def _row(one: "WatchLine") -> list[str]:
    numbers = [f"{one.bars:,}", f"{one.unserved:,}"]
    times = [clock(one.since), clock(one.newest)]
    source = one.source or f"none of {', '.join(one.feeds)}"
    return [one.venue, one.symbol, one.timeframe, *times, *numbers, source, clock(one.streamed_at), one.error]

"""`heliograph backtest`: what a strategy would have done with the candles of files, or with stored ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.backtest_stored import Stored, run_stored
from heliograph.cli.backtest_view import View, note_undecided, show_view, view_object
from heliograph.cli.candles import read
from heliograph.cli.options import AsJson, Files, Parameters, Place
from heliograph.cli.output import note, show_json
from heliograph.cli.pairs import numbers, pairs
from heliograph.cli.progress import busy
from heliograph.cli.spread import spread
from heliograph.cli.strategy_file import read_strategy
from heliograph.errors import UserError

if TYPE_CHECKING:
    from heliograph.engine.strategy import Strategy


@dataclass(frozen=True)
class Changes:
    """What is other than in the strategy's file."""

    param: Parameters = None
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Another value for any key; may be repeated."),
    ] = None
    close_at_end: Annotated[
        bool, typer.Option("--close-at-end", help="Close what is open at the last close, as `end`.")
    ] = False


@dataclass(frozen=True)
class FilesIfAny(Files):
    """The same, where there may be none."""

    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data", metavar="FILE", help="A file of candles; its format is detected; may be repeated."
        ),
    ] = None  # type: ignore[assignment]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backtest")(backtest)


@spread
def backtest(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="STRATEGY", help="A strategy file; or the name of a stored one.", show_default=False
        ),
    ],
    files: FilesIfAny,
    changes: Changes,
    stored: Stored,
    place: Place,
    as_json: AsJson = False,
) -> None:
    """Run a strategy over candles, of files or stored ones.

    With --data no database is needed. Each signal is a bet of one equal stake, results are summed and not
    compounded. A second --data with finer candles decides what came first inside a bar, where the strategy
    names their timeframe as `intrabar`. --timeframe runs the strategy on that timeframe instead of its own.

    With --store, --venue or --background it runs over stored candles. The result is kept, see `heliograph
    backtests`; the same again is recognised and not run again.

    \b
    Examples:
      heliograph backtest my_trend.toml --data btc.csv
      heliograph backtest my_trend.toml --data btc.csv --param fast=8 --set execution.fill=close --json
      heliograph backtest my_trend.toml --venue binance --store
      heliograph backtest "My trend" --venue binance --from 2024-01-01 --background
    """
    overrides = pairs(changes.change, option="--set")
    if files.timeframe:
        overrides["timeframe"] = files.timeframe
    params = numbers(changes.param, option="--param")
    if not files.data:
        if not stored.is_meant:
            raise UserError("Name candles: --data FILE, or --venue or --store for stored ones.")
        symbols, close = files.symbol or [], changes.close_at_end
        said = stored.of(file, overrides, params, symbols=symbols, close_at_end=close)
        run_stored(said, place, as_json=as_json)
        return
    if stored.is_meant:
        raise UserError("--data reads files; leave it out for stored candles.")
    strategy = read_strategy(file, overrides=overrides, params=params)
    _run_files(strategy, files, close_at_end=changes.close_at_end, as_json=as_json)


def _run_files(strategy: "Strategy", files: Files, *, close_at_end: bool, as_json: bool) -> None:
    with busy("Running the strategy over the candles"):
        # Here, so that a strategy with mistakes is refused at once.
        from heliograph.notebook.backtest import run, unused_finer

        found = read(files, timeframe=files.timeframe if len(files.data) == 1 else None)
        done = run(strategy, found, close_at_end=close_at_end)
    view = View.of(strategy.name, strategy.timeframe, done)
    if as_json:
        show_json(view_object(view))
    else:
        show_view(view)
    for timeframe in sorted(unused_finer(strategy, found)):
        note(f"The {timeframe} bars were not used: `--set execution.intrabar={timeframe}` looks into them.")
    note_undecided(view)

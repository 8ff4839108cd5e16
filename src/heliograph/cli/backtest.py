"""`heliograph backtest`: what a strategy would have done with the candles of files."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heliograph.cli.candles import read
from heliograph.cli.chart import equity_chart
from heliograph.cli.options import AsJson, Files, Parameters
from heliograph.cli.output import UNKNOWN, clock, known, note, number, show_json, show_table, utc
from heliograph.cli.pairs import numbers, pairs
from heliograph.cli.progress import busy
from heliograph.cli.spread import spread
from heliograph.cli.strategy_file import read_strategy

if TYPE_CHECKING:
    from heliograph.engine.backtest import Backtest
    from heliograph.engine.statistics import Summary
    from heliograph.engine.strategy import Strategy
    from heliograph.engine.trades import Trade


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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backtest")(backtest)


@spread
def backtest(
    file: Annotated[Path, typer.Argument(metavar="STRATEGY", help="A strategy file.", show_default=False)],
    files: Files,
    changes: Changes,
    as_json: AsJson = False,
) -> None:
    """Run a strategy over the candles of files.

    No database is needed. Each signal is a bet of one equal stake, results are summed and not compounded.
    A second --data with finer candles decides what came first inside a bar, where the strategy names their
    timeframe as `intrabar`. --timeframe runs the strategy on that timeframe instead of its own.

    \b
    Examples:
      heliograph backtest my_trend.toml --data btc.csv
      heliograph backtest my_trend.toml --data btc.csv --param fast=8 --set execution.fill=close --json
    """
    overrides = pairs(changes.change, option="--set")
    if files.timeframe:
        overrides["timeframe"] = files.timeframe
    strategy = read_strategy(file, overrides=overrides, params=numbers(changes.param, option="--param"))
    with busy("Running the strategy over the candles"):
        # Here, so that a strategy with mistakes is refused at once.
        from heliograph.notebook.backtest import run, unused_finer

        found = read(files, timeframe=files.timeframe if len(files.data) == 1 else None)
        done = run(strategy, found, close_at_end=changes.close_at_end)
    if as_json:
        show_json(_object(done))
    else:
        _show(strategy, done)
    for timeframe in sorted(unused_finer(strategy, found)):
        note(f"The {timeframe} bars were not used: `--set execution.intrabar={timeframe}` looks into them.")
    if undecided := int(done.undecided.sum()):
        note(f"Stop and target lay inside {undecided:,} bars without finer candles: there the stop counted.")


def _object(done: "Backtest") -> dict[str, object]:
    return {
        "trades": [_plain(trade) for trade in done.trades],
        "open": [_plain(trade) for trade in done.open],
        "summary": {name: known(value) for name, value in asdict(done.summary).items()},
    }


def _plain(trade: "Trade") -> dict[str, object]:
    return {name: utc(value) if name.endswith("_time") else value for name, value in asdict(trade).items()}


def _show(strategy: "Strategy", done: "Backtest") -> None:
    first, last = (clock(int(done.time[at])).removesuffix(" 00:00") for at in (0, -1))
    print(f"{strategy.name} on {strategy.timeframe} bars from {first} to {last} (UTC)")
    counts = {
        "published": done.published,
        "rejected": sum(done.rejected.values()),
        "missed": len(done.missed),
        "open at the end": len(done.open),
    }
    print(", ".join(f"{name} {count:,}" for name, count in counts.items()))
    print()
    rows = [[symbol or UNKNOWN, *_row(summary)] for symbol, summary in done.by_symbol.items()]
    if len(rows) != 1:
        rows.append(["all", *_row(done.summary)])
    show_table(COLUMNS, rows)
    if len(done.trades) > 1:
        times, results = done.daily
        print()
        print(equity_chart(times.tolist(), results.cumsum().tolist()))


COLUMNS = [
    "symbol",
    ">trades",
    ">won %",
    ">mean R",
    ">profit factor",
    ">return %",
    ">deepest fall %",
    ">fees %",
]


def _row(summary: "Summary") -> Iterable[str]:
    won = None if summary.win_rate is None else 100 * summary.win_rate
    return [
        f"{summary.trades:,}",
        number(won, 1),
        number(summary.expectancy_r, 3, sign=True),
        number(summary.profit_factor, 2),
        number(summary.total_return_pct, 2, sign=True),
        number(summary.max_drawdown_pct, 2),
        number(summary.fees_pct, 2),
    ]

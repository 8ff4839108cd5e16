"""Backtests over files and tables."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from heliograph.engine import backtest as engine
from heliograph.engine.performance.summary import Summary
from heliograph.engine.strategy import Strategy
from heliograph.engine.timeframe import Timeframe
from heliograph.engine.trades import Trade
from heliograph.errors import UserError
from heliograph.notebook.changes import Setting, as_numbers, as_toml
from heliograph.notebook.series import BadChoice, Series, of_timeframe
from heliograph.notebook.tables import OPEN_TIME, Table, like, to_series

TRADE = pa.schema(
    [
        ("symbol", pa.string()),
        ("side", pa.string()),
        ("signal_time", OPEN_TIME),
        ("entry_time", OPEN_TIME),
        ("entry_price", pa.float64()),
        ("exit_time", OPEN_TIME),
        ("exit_price", pa.float64()),
        ("exit_reason", pa.string()),
        ("r", pa.float64()),
        ("return_pct", pa.float64()),
        ("mfe_r", pa.float64()),
        ("mae_r", pa.float64()),
        ("bars_held", pa.int64()),
    ]
)


class NoSuchStrategy(UserError):
    """The file of a strategy cannot be read."""


@dataclass(frozen=True)
class Backtest:
    """What a strategy would have done: finished and open trades as tables, and a summary."""

    trades: Table
    open: Table
    summary: Summary


def backtest(
    strategy: str | Path | Strategy,
    candles: Table,
    *,
    finer: "Table | None" = None,
    params: Mapping[str, float] | None = None,
    overrides: Mapping[str, Setting] | None = None,
    close_at_end: bool = False,
) -> Backtest:
    """Run a strategy over a table of candles; the tables of the result are of the kind that was given.

    `strategy` is the path of a file, or its text. `finer` are the candles that `intrabar` names. `params`
    gives parameters other values, `overrides` any key, as in {"execution.fill": "close"}. With `close_at_end`
    what is open at the end is closed at the last close. BadStrategy names all mistakes of the strategy,
    NoSuchStrategy a file that cannot be read.
    """
    if not isinstance(strategy, Strategy):
        strategy = Strategy.parse(_text(strategy), overrides=as_toml(overrides), params=as_numbers(params))
    found = to_series(candles) + (to_series(finer) if finer is not None else [])
    done = run(strategy, found, close_at_end=close_at_end)
    return Backtest(
        trades=like(candles, _table(done.trades)), open=like(candles, _table(done.open)), summary=done.summary
    )


def run(strategy: Strategy, found: Sequence[Series], *, close_at_end: bool = False) -> engine.Backtest:
    """Run a strategy over those series that are of its timeframe and in its universe.

    Those of the timeframe of `intrabar` decide what came first inside a bar. BadChoice where there are none.
    """
    base = [
        series for series in of_timeframe(found, strategy.timeframe) if strategy.universe.holds(series.symbol)
    ]
    if not base:
        unnamed = "" if all(series.symbol for series in found) else "; name the symbol with --symbol"
        raise BadChoice(f"None of the symbols is in the universe of {strategy.name}{unnamed}.")
    finer = finer_of(strategy, found)
    return engine.backtest(
        strategy,
        {series.symbol: series.bars for series in base},
        finer={series.symbol: series.bars for series in finer},
        close_at_end=close_at_end,
        threads=os.cpu_count() or 1,
    )


def finer_of(strategy: Strategy, found: Iterable[Series]) -> list[Series]:
    """The series by which bars are looked into."""
    return [series for series in found if series.timeframe == strategy.execution.intrabar]


def unused_finer(strategy: Strategy, found: Sequence[Series]) -> set[str]:
    """The timeframes of candles that could decide what came first inside a bar, and are not asked to."""
    if strategy.execution.intrabar is not None:
        return set()
    base = Timeframe.parse(strategy.timeframe)
    symbols = {series.symbol for series in found if series.timeframe == base.name}
    there = {series.timeframe for series in found if series.symbol in symbols}
    return {name for name in there if base.is_multiple_of(Timeframe.parse(name))}


def _text(strategy: str | Path) -> str | bytes:
    if isinstance(strategy, Path) or (strategy.endswith(".toml") and "\n" not in strategy):
        try:
            return Path(strategy).read_bytes()
        except OSError as fault:
            raise NoSuchStrategy(f"{strategy} cannot be read ({fault.strerror}).") from fault
    return strategy


def _table(trades: Iterable[Trade]) -> pa.Table:
    return pa.Table.from_pylist([asdict(trade) for trade in trades], schema=TRADE)

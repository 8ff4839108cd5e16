"""Backtests in signal mode: each signal is an independent bet of one equal stake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from heliograph.engine.align import Series, align
from heliograph.engine.bars import INPUTS, Bars, Floats, Times
from heliograph.engine.errors import BadBars
from heliograph.engine.exits.records import COOLING, EXIT_RECORD, WAITS, Counts, Records
from heliograph.engine.exits.rules import REJECTS, Reject
from heliograph.engine.exits.slots import slots_of
from heliograph.engine.lanes import BLOCK, Job, run_lanes
from heliograph.engine.performance.daily import daily
from heliograph.engine.performance.drawdown import max_drawdown
from heliograph.engine.performance.growth import SUMMED
from heliograph.engine.performance.summary import Summary
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy_plan import StrategyPlan
from heliograph.engine.tally import results_by_exit, totals_of
from heliograph.engine.trades import Trade, Trades

NOTHING: Mapping[str, Series] = {}
NO_CANDLES = Bars.single(np.zeros(0, dtype=np.int64), **dict.fromkeys(INPUTS, np.zeros(0)))


@dataclass(frozen=True)
class Backtest:
    """What a strategy would have done: its finished trades by symbol and time, and what was left over.

    `records` holds the trades as columns (EXIT_RECORD), `open_slots` and `waiting` those still open and
    the signals of the last bars that wait for their entry (SLOT), `missed` the entries not taken (ENTRY).
    `verdicts` int64[N, 2, R] counts candidates by symbol, side and verdict (place in REJECTS, 0 =
    published), `undecided` int64[N] the bars with stop and target inside for which finer bars were
    lacking, `sums` float64[N, 8] adds up each symbol's trades.
    """

    symbols: tuple[str, ...]
    time: Times
    chunks: tuple[Records, ...]
    open_slots: Records
    waiting: Records
    missed: Records
    verdicts: Counts
    undecided: Counts
    sums: Floats

    @cached_property
    def records(self) -> Records:
        """The finished trades as one structured array, by symbol, then time of exit."""
        return np.concatenate([np.zeros(0, dtype=EXIT_RECORD), *self.chunks])

    @property
    def trades(self) -> Sequence[Trade]:
        """The finished trades; each is made when it is asked for."""
        return Trades.finished(self.records, self.symbols)

    @property
    def open(self) -> Sequence[Trade]:
        """The trades still open when the data ends."""
        return Trades.open(self.open_slots, self.symbols)

    @cached_property
    def results(self) -> tuple[Times, Floats]:
        """The opens of the bars at which trades ended, rising, and the sum of their return_pct at each."""
        return results_by_exit(self.chunks, self.time)

    @cached_property
    def summary(self) -> Summary:
        """All trades in seven figures."""
        return Summary.of(totals_of(self.sums), max_drawdown_pct=max_drawdown(self.results[1], SUMMED))

    @property
    def by_symbol(self) -> dict[str, Summary]:
        """The same of each symbol that has a trade."""
        bounds = np.searchsorted(self.records["instrument"], np.arange(len(self.symbols) + 1))
        tables = {}
        for row, (symbol, start, stop) in enumerate(zip(self.symbols, bounds[:-1], bounds[1:], strict=True)):
            if start < stop:
                _, results = results_by_exit([self.records[start:stop]], self.time)
                totals = totals_of(self.sums[row : row + 1])
                tables[symbol] = Summary.of(totals, max_drawdown_pct=max_drawdown(results, SUMMED))
        return tables

    @property
    def published(self) -> int:
        """How many candidates were published."""
        return int(self.verdicts[:, :, 0].sum())

    @property
    def rejected(self) -> dict[Reject, int]:
        """How many candidates were rejected, by reason; reasons that did not occur are left out."""
        counts = self.verdicts.sum(axis=(0, 1))
        return {reason: int(count) for reason, count in zip(REJECTS, counts, strict=True) if reason and count}

    @property
    def daily(self) -> tuple[Times, Floats]:
        """Opens of the UTC days from the first bar to the last, and the sum of return_pct of the exits of
        each.
        """
        if not len(self.time):
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        series = daily(*self.results, first=int(self.time[0]), last=int(self.time[-1]))
        return series.days, series.results


def backtest(
    strategy: Strategy,
    candles: Mapping[str, Series],
    *,
    finer: Mapping[str, Series] = NOTHING,
    close_at_end: bool = False,
    threads: int = 1,
) -> Backtest:
    """Run a strategy over candles of its timeframe, by symbol; `finer` are those that `intrabar` names.

    With `close_at_end` what is open at the end is closed at its last close, as `end`.
    """
    symbols, bars = align(candles)
    if not len(bars):
        raise BadBars("There are no candles to run the strategy over.")
    inside = None
    if finer:
        _, inside = align({symbol: finer.get(symbol, NO_CANDLES) for symbol in symbols})
    return backtest_bars(strategy, symbols, bars, finer=inside, close_at_end=close_at_end, threads=threads)


def backtest_bars(
    strategy: Strategy,
    symbols: Sequence[str],
    bars: Bars,
    *,
    finer: Bars | None = None,
    close_at_end: bool = False,
    threads: int = 1,
    block: int = BLOCK,
) -> Backtest:
    """The same over bars that lie on one time axis already; `finer` has the same rows.

    Results depend neither on `threads` nor on `block` (bars that are advanced at once), nor does what an
    instrument brings depend on which others there are.
    """
    lanes = run_lanes(Job(StrategyPlan.of(strategy), bars, finer, close_at_end, block), threads=threads)
    slots = slots_of(np.concatenate([lane.state for lane in lanes]))
    return Backtest(
        symbols=tuple(symbols),
        time=bars.time,
        chunks=tuple(chunk for lane in lanes for chunk in lane.exits),
        open_slots=slots[(slots["phase"] != COOLING) & (slots["phase"] != WAITS)],
        waiting=slots[slots["phase"] == WAITS],
        missed=np.concatenate([rows for lane in lanes for rows in lane.missed]),
        verdicts=np.concatenate([lane.verdicts for lane in lanes]),
        undecided=np.concatenate([lane.undecided for lane in lanes]),
        sums=np.concatenate([lane.sums for lane in lanes]),
    )

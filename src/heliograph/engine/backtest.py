"""Backtests in signal mode: each signal is an independent bet of one equal stake."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from heliograph.engine.align import Series, align
from heliograph.engine.bars import INPUTS, Bars, Floats, Times
from heliograph.engine.exits import Events, Exits, Recording, Rules
from heliograph.engine.exits.records import COOLING, ENTRY, EXIT_RECORD, SLOT, WAITS, Counts, Records
from heliograph.engine.exits.rules import REJECTS, Reject
from heliograph.engine.runner import Runner
from heliograph.engine.statistics import Summary, Totals, daily, max_drawdown
from heliograph.engine.strategy import Strategy
from heliograph.engine.strategy_plan import StrategyPlan
from heliograph.engine.tally import results_by_exit, totals_of
from heliograph.engine.timeframe import Timeframe
from heliograph.engine.trades import Trade, Trades

# So many values are advanced at once: whole instruments, or a run of bars of one. Both lie together, so that neither is
# copied.
BLOCK = 65_536
TRADES_ONLY = Recording(candidates=False, entries=False, parts=False)
NOTHING: Mapping[str, Series] = {}
NO_CANDLES = Bars.single(np.zeros(0, dtype=np.int64), **dict.fromkeys(INPUTS, np.zeros(0)))


@dataclass(frozen=True)
class Backtest:
    """What a strategy would have done: its finished trades by symbol and time, and what was left over.

    `records` holds the trades as columns (EXIT_RECORD), `open_slots` and `waiting` those still open and the signals of
    the last bars that wait for their entry (SLOT), `missed` the entries not taken (ENTRY). `verdicts` int64[N, 2, R]
    counts candidates by symbol, side and verdict (place in REJECTS, 0 = published), `undecided` int64[N] the bars with
    stop and target inside for which finer bars were lacking.
    """

    symbols: tuple[str, ...]
    time: Times
    chunks: tuple[Records, ...]
    open_slots: Records
    waiting: Records
    missed: Records
    verdicts: Counts
    undecided: Counts
    totals: tuple[Totals, ...]

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
        return Summary.of(sum(self.totals, Totals()), max_drawdown_pct=max_drawdown(self.results[1]))

    @property
    def by_symbol(self) -> dict[str, Summary]:
        """The same of each symbol that has a trade."""
        bounds = np.searchsorted(self.records["instrument"], np.arange(len(self.symbols) + 1))
        tables = {}
        for symbol, start, stop in zip(self.symbols, bounds[:-1], bounds[1:], strict=True):
            if start < stop:
                own = self.records[start:stop]
                _, results = results_by_exit([own], self.time)
                tables[symbol] = Summary.of(totals_of(own), max_drawdown_pct=max_drawdown(results))
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
        """Opens of the UTC days from the first bar to the last, and the sum of return_pct of the exits of each."""
        if not len(self.time):
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        return daily(*self.results, first=int(self.time[0]), last=int(self.time[-1]))


@dataclass(frozen=True)
class Lane:
    """What one lane of instruments brought; instruments count from the first of all."""

    exits: Records
    missed: Records
    slots: Records
    verdicts: Counts
    undecided: Counts
    totals: Totals


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

    Results do not depend on `threads`, and of `block` (bars that are advanced at once) only the sums' last bits.
    """
    job = _Job(StrategyPlan.of(strategy), bars, finer, close_at_end, block, threads)
    count = max(1, block // max(len(bars), 1))
    spans = [(start, min(start + count, bars.instruments)) for start in range(0, bars.instruments, count)]
    if threads > 1 and len(spans) > 1:
        with ThreadPoolExecutor(threads) as pool:
            lanes = list(pool.map(replace(job, threads=1).run, spans))
    else:
        lanes = [job.run(span) for span in spans]
    return _together(tuple(symbols), bars.time, lanes)


@dataclass(frozen=True)
class _Job:
    """What every lane needs."""

    plan: StrategyPlan
    bars: Bars
    finer: Bars | None
    close_at_end: bool
    block: int
    threads: int

    def run(self, span: tuple[int, int]) -> Lane:
        """The lane of the instruments from span[0] to span[1] - 1."""
        start, stop = span
        bars, finer = _rows(self.bars, start, stop), self.finer and _rows(self.finer, start, stop)
        runner = Runner(self.plan.plan, instruments=stop - start, threads=self.threads)
        exits = Exits(Rules.of(self.plan.strategy), instruments=stop - start, recording=TRADES_ONLY)
        timeframe = Timeframe.parse(self.plan.strategy.timeframe)
        events = []
        for part in _blocks(bars, self.block):
            inputs = self.plan.inputs(runner.advance(part), runner.ready)
            events.append(exits.advance(part, inputs, finer=finer, timeframe=timeframe))
        if self.close_at_end:
            events.append(exits.finish(**_last_closes(bars)))
        return _lane(events, exits.slots(), start)


def _rows(bars: Bars, start: int, stop: int) -> Bars:
    """The instruments start to stop - 1, without a copy."""
    return Bars(time=bars.time, **{name: getattr(bars, name)[start:stop] for name in INPUTS})


def _blocks(bars: Bars, size: int) -> Iterator[Bars]:
    if len(bars) <= size:
        yield bars
        return
    for start in range(0, len(bars), size):
        yield bars.slice(start, min(start + size, len(bars)))


def _last_closes(bars: Bars) -> dict[str, np.ndarray]:
    """Time and close of each instrument's last bar; of one without bars the first of all, at NaN."""
    exists = ~np.isnan(bars.close)
    last = np.where(exists.any(axis=1), exists.shape[1] - 1 - np.argmax(exists[:, ::-1], axis=1), 0)
    return {"time": bars.time[last], "close": bars.close[np.arange(bars.instruments), last]}


def _lane(events: Sequence[Events], slots: Records, start: int) -> Lane:
    exits = np.concatenate([one.exits for one in events])
    missed = np.concatenate([one.entries for one in events])
    if len(events) > 1:
        exits = exits[np.argsort(exits["instrument"], kind="stable")]
        missed = missed[np.argsort(missed["instrument"], kind="stable")]
    totals = totals_of(exits)
    for rows in (exits, missed, slots):
        rows["instrument"] += start
    verdicts = np.sum([one.verdicts for one in events], axis=0)
    undecided = np.sum([one.undecided for one in events], axis=0)
    return Lane(exits, missed, slots, verdicts, undecided, totals)


def _together(symbols: tuple[str, ...], time: Times, lanes: Sequence[Lane]) -> Backtest:
    slots = np.concatenate([np.zeros(0, dtype=SLOT), *(lane.slots for lane in lanes)])
    return Backtest(
        symbols=symbols,
        time=time,
        chunks=tuple(lane.exits for lane in lanes),
        open_slots=slots[(slots["phase"] != COOLING) & (slots["phase"] != WAITS)],
        waiting=slots[slots["phase"] == WAITS],
        missed=np.concatenate([np.zeros(0, dtype=ENTRY), *(lane.missed for lane in lanes)]),
        verdicts=np.concatenate([lane.verdicts for lane in lanes]),
        undecided=np.concatenate([lane.undecided for lane in lanes]),
        totals=tuple(lane.totals for lane in lanes),
    )

"""How a backtest goes through its bars: by lanes of whole instruments, or by runs of bars of one.

An instrument's bars lie together in memory, so that neither has to be copied.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from heliograph.engine.bars import INPUTS, Bars, Floats
from heliograph.engine.exits import Events, Exits, Inputs, Recording, Rules
from heliograph.engine.exits.records import Counts, Records
from heliograph.engine.runner import Runner
from heliograph.engine.strategy_plan import StrategyPlan
from heliograph.engine.tally import sums_of
from heliograph.engine.timeframe import Timeframe

# So many values are advanced at once: they and what is computed from them stay in a core's cache.
BLOCK = 65_536
TRADES_ONLY = Recording(candidates=False, entries=False, parts=False)


@dataclass(frozen=True)
class Job:
    """What every lane needs."""

    plan: StrategyPlan
    bars: Bars
    finer: Bars | None
    close_at_end: bool
    block: int

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First and last instrument (not included) of each lane: several only where one block holds all
        their bars.
        """
        size, count = max(1, self.block // max(len(self.bars), 1)), self.bars.instruments
        return [(start, min(start + size, count)) for start in range(0, count, size)]


@dataclass(frozen=True)
class Lane:
    """What a lane brought; instruments count from the first of all. `state` is that of the exits at the
    end, `sums` those of each instrument's trades.
    """

    exits: tuple[Records, ...]
    missed: tuple[Records, ...]
    state: Floats
    verdicts: Counts
    undecided: Counts
    sums: Floats


def run_lanes(job: Job, *, threads: int = 1) -> list[Lane]:
    """All lanes in order, shared out among the threads; their results do not depend on how."""
    spans = job.spans
    if threads == 1 or len(spans) == 1:
        return _Team(job, overlaps=threads > 1).over(spans)
    shares = [spans[len(spans) * k // threads : len(spans) * (k + 1) // threads] for k in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        return [lane for lanes in pool.map(lambda share: _Team(job).over(share), shares) for lane in lanes]


class _Team:
    """The runners and the exits of one thread, used for one lane after the other."""

    def __init__(self, job: Job, *, overlaps: bool = False):
        self.job, self.overlaps = job, overlaps
        self.timeframe = Timeframe.parse(job.plan.strategy.timeframe)
        self.rules = Rules.of(job.plan.strategy)
        self._made: dict[int, tuple[list[Runner], Exits, bytes, bytes]] = {}

    def over(self, spans: Sequence[tuple[int, int]]) -> list[Lane]:
        """Those lanes."""
        return [self._lane(start, stop) for start, stop in spans]

    def _lane(self, start: int, stop: int) -> Lane:
        bars, finer = rows(self.job.bars, start, stop), self.job.finer and rows(self.job.finer, start, stop)
        runners, exits = self._at_the_beginning(stop - start)
        blocks = blocks_of(bars, self.job.block)
        if self.overlaps:
            events = self._overlapping(runners, exits, blocks, finer)
        else:
            events = [self._exits(exits, block, self._inputs(runners[0], block), finer) for block in blocks]
        if self.job.close_at_end:
            time, close = last_closes(bars)
            events.append(exits.finish(time=time, close=close))
        return _lane_of(events, exits.state, start)

    def _overlapping(
        self, runners: Sequence[Runner], exits: Exits, blocks: Iterator[Bars], finer: Bars | None
    ) -> list[Events]:
        """The exits of a block beside the plan of the next: two runners in turn, each with outputs of its
        own.
        """
        running, resting = runners
        with ThreadPoolExecutor(1) as pool:
            futures: list[Future[Events]] = []
            for block in blocks:
                if len(futures) > 1:
                    futures[-2].result()
                inputs = self._inputs(running, block)
                futures.append(pool.submit(self._exits, exits, block, inputs, finer))
                resting.restore(running.snapshot())
                running, resting = resting, running
            return [future.result() for future in futures]

    def _inputs(self, runner: Runner, block: Bars) -> Inputs:
        return self.job.plan.inputs(runner.advance(block), runner.ready)

    def _exits(self, exits: Exits, block: Bars, inputs: Inputs, finer: Bars | None) -> Events:
        return exits.advance(block, inputs, finer=finer, timeframe=self.timeframe)

    def _at_the_beginning(self, instruments: int) -> tuple[list[Runner], Exits]:
        """Runners and exits that know nothing yet: those of the last lane of that size, emptied."""
        if instruments not in self._made:
            plan = self.job.plan.plan
            runners = [Runner(plan, instruments=instruments) for _ in range(1 + self.overlaps)]
            exits = Exits(self.rules, instruments=instruments, recording=TRADES_ONLY)
            self._made[instruments] = runners, exits, runners[0].snapshot(), exits.snapshot()
            return runners, exits
        runners, exits, runner_state, exits_state = self._made[instruments]
        for runner in runners:
            runner.restore(runner_state)
        exits.restore(exits_state)
        return runners, exits


def rows(bars: Bars, start: int, stop: int) -> Bars:
    """The instruments start to stop - 1, without a copy."""
    return Bars(time=bars.time, **{name: getattr(bars, name)[start:stop] for name in INPUTS})


def blocks_of(bars: Bars, size: int) -> Iterator[Bars]:
    """The bars in blocks of at most `size`, about equally long."""
    count = max(1, -(-len(bars) // size))
    bounds = [len(bars) * k // count for k in range(count + 1)]
    if count == 1:
        yield bars
        return
    for start, stop in pairwise(bounds):
        yield bars.slice(start, stop)


def last_closes(bars: Bars) -> tuple[np.ndarray, Floats]:
    """Time and close of each instrument's last bar; of one without bars the first time of all and NaN."""
    exists = ~np.isnan(bars.close)
    last = np.where(exists.any(axis=1), exists.shape[1] - 1 - np.argmax(exists[:, ::-1], axis=1), 0)
    return bars.time[last], bars.close[np.arange(bars.instruments), last]


def _lane_of(events: Sequence[Events], state: Floats, start: int) -> Lane:
    exits = tuple(one.exits for one in events)
    missed = tuple(one.entries for one in events)
    for records in (*exits, *missed):
        records["instrument"] += start
    if len(exits) > 1 and len(state) > 1:
        # What is closed at the end comes behind the others of its own instrument.
        together = np.concatenate(exits)
        exits = (together[np.argsort(together["instrument"], kind="stable")],)
    return Lane(
        exits=exits,
        missed=missed,
        state=state,
        verdicts=sum((one.verdicts for one in events[1:]), start=events[0].verdicts),
        undecided=sum((one.undecided for one in events[1:]), start=events[0].undecided),
        sums=sums_of(exits, first=start, instruments=len(state)),
    )

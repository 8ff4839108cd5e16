"""Catches a shard up with its candles: block by block, each stored before the next begins."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

import numpy as np

from heliograph.market.bars import load_bars
from heliograph.market.wire import to_ms
from heliograph.signals.admit import Admitted
from heliograph.signals.block import Mask, windows, without
from heliograph.signals.due import Due
from heliograph.signals.generated import Generated
from heliograph.signals.sources import Sources
from heliograph.signals.state import ShardState
from heliograph.signals.step import NO_FINER, Finer, Step, advance
from heliograph.signals.store import Moment, store_step

# An instrument so many bars behind is caught up apart, so that it holds back no other.
LATE_BARS = 256


@dataclass(frozen=True, slots=True)
class Span:
    """Bars that open from `start` to before `end` (ms); `is_last` if none are known behind them."""

    start: int
    end: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a shard is: bars that open behind `patient_until` (ms), or finer ones, may still come."""

    at: datetime
    clock: datetime
    patient_until: int

    @classmethod
    def of(cls, due: Due, sources: Sources) -> "Pace":
        """From the time at the venue and the strategy's patience."""
        clock = sources.clock(due.stand.venue_id)
        bars = due.compiled.checked.patience + 1
        return cls(sources.at, clock, to_ms(clock) - bars * due.compiled.length)


@dataclass(slots=True)
class CatchUp:
    """The catching up of one shard."""

    state: ShardState
    due: Due
    sources: Sources
    pace: Pace
    admitted: Admitted

    def steps(self) -> Iterator[Generated]:
        """Advances and stores block after block; instruments far behind come after the others.

        LostFence if another call does the same.
        """
        behind = self.due.newest - self.state.stand.watermarks
        late = behind > LATE_BARS * self.due.compiled.length
        for rows in (self.due.behind & ~late, self.due.behind & late):
            waiting = 0
            for span in self._spans(rows):
                told = self._step(rows, span)
                waiting = told.waiting
                if told.evaluations:
                    yield replace(told, waiting=0)
            if waiting:
                yield Generated(waiting=waiting)
        # A shard is kept for long, and goes on bar by bar.
        self.state.runner.rest()

    def _spans(self, rows: Mask) -> Iterator[Span]:
        """Cuts the bars to come, so that those whose finer bars may still come stand alone."""
        if not rows.any():
            return
        compiled = self.due.compiled
        first, last = int(self.state.stand.watermarks[rows].min()) + 1, int(self.due.newest[rows].max())
        parts, finer = [(first, last)], compiled.finer
        if finer and first <= self.pace.patient_until < last:
            parts = [(first, self.pace.patient_until), (self.pace.patient_until + 1, last)]
        wide = len(rows) * (compiled.length // (finer.ms or compiled.length) if finer else 1)
        for one, other in parts:
            for start, end in windows(compiled.timeframe, one, other, instruments=wide):
                yield Span(start, end, is_last=end > last)

    def _step(self, rows: Mask, span: Span) -> Generated:
        """One block; rows that are held back take no part in the blocks after it."""
        began, stand = perf_counter(), self.state.stand
        compiled = self.due.compiled
        bars = self.sources.bars(stand.instruments, compiled.timeframe.name, start=span.start, end=span.end)
        bars = without(bars, (bars.time[None, :] <= stand.watermarks[:, None]) | ~rows[:, None])
        if not len(bars):
            return Generated()
        wait = self.state.expectation.awaiting(bars, stand.watermarks, awaited_after=self.pace.patient_until)
        waiting = rows & (wait < len(bars))
        bars = without(bars, np.arange(len(bars))[None, :] >= wait[:, None])
        step = advance(self.state, bars, compiled, enters=self.due.enters, finer=self._finer(span))
        rows[list(step.held)] = False
        if not len(step.block):
            return Generated(waiting=int(waiting.sum()) + len(step.held))
        told = store_step(
            self.state,
            step,
            due=self.due,
            passed_over=self._passed_over(step),
            is_last=span.is_last,
            moment=Moment(self.pace.at, self.pace.clock, began, self.admitted.judged),
        )
        return told + Generated(waiting=int(waiting.sum()) + len(step.held))

    def _passed_over(self, step: Step) -> int:
        """How many bars are missing among those evaluated; history has come as it is, and is not counted."""
        stand = self.state.stand
        return self.state.expectation.passed_over(
            step.block, stand.watermarks, step.watermarks, since=stand.historical_until
        )

    def _finer(self, span: Span) -> Finer:
        """The finer bars of a span, for a strategy that asks for them."""
        compiled, stand = self.due.compiled, self.state.stand
        if compiled.finer is None:
            return NO_FINER
        bars = load_bars(
            instruments=stand.instruments.tolist(),
            timeframe=compiled.finer.name,
            start=span.start,
            end=span.end + compiled.length,
        )
        return Finer(bars, hold=span.start > self.pace.patient_until)

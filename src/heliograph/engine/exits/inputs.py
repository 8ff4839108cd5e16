"""What a strategy's plan tells the exits about a block of bars."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import Bars, Floats
from heliograph.engine.errors import BadBars
from heliograph.engine.exits.records import Counts, Finer, Prices, SideArrays
from heliograph.engine.timeframe import Timeframe


@dataclass(frozen=True, slots=True)
class SideInputs:
    """The outputs of one side's expressions, each float64[N, B] (or [1, B]: one row for all), NaN where
    unknown.

    `ready` is int64[N]: the bar of this block from which the side may fire, None if from the first.
    """

    enter: Floats
    exit: Floats | None = None
    stop: Floats | None = None
    targets: Sequence[Floats] = ()
    ready: Counts | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """Both sides' outputs and the confidence; None where the strategy names none."""

    long: SideInputs | None = None
    short: SideInputs | None = None
    confidence: Floats | None = None

    def arrays(self, instruments: int, unknown: Floats) -> tuple[tuple[SideArrays, SideArrays], Floats]:
        """The same as the kernel reads it; `unknown`, float64[1, B] of NaN, stands for what is absent."""
        sides = (
            _side_arrays(self.long, unknown, instruments),
            _side_arrays(self.short, unknown, instruments),
        )
        return sides, unknown if self.confidence is None else _checked(self.confidence, unknown, instruments)


def _side_arrays(side: SideInputs | None, unknown: Floats, instruments: int) -> SideArrays:
    def given(values: Floats | None) -> Floats:
        return unknown if values is None else _checked(values, unknown, instruments)

    side = side or SideInputs(enter=unknown)
    targets = [*side.targets, None, None, None]
    ready = np.zeros(instruments, dtype=np.int64) if side.ready is None else side.ready
    return SideArrays(
        enter=given(side.enter),
        exit=given(side.exit),
        stop=given(side.stop),
        target1=given(targets[0]),
        target2=given(targets[1]),
        target3=given(targets[2]),
        ready=np.ascontiguousarray(ready, dtype=np.int64),
    )


def _checked(values: Floats, unknown: Floats, instruments: int) -> Floats:
    if values.shape[1:] != unknown.shape[1:] or values.shape[0] not in (1, instruments):
        raise BadBars(f"An input has shape {values.shape}, not {(instruments, unknown.shape[1])}.")
    return _plain(values)


def _plain(values: Floats) -> Floats:
    """Contiguous and writable: any other layout would make the kernel compile once more."""
    if values.flags.c_contiguous and values.flags.writeable and values.dtype == np.float64:
        return values
    return np.require(values, dtype=np.float64, requirements=("C", "W"))


def prices_of(bars: Bars) -> Prices:
    """The block as the kernel reads it."""
    time = np.require(bars.time, requirements=("C", "W"))
    return Prices(time, _plain(bars.open), _plain(bars.high), _plain(bars.low), _plain(bars.close))


def finer_of(bars: Bars, finer: Bars | None, timeframe: Timeframe | None) -> Finer:
    """The finer bars inside each bar of `timeframe`, by their opens; none if there are none to give."""
    if finer is None or timeframe is None:
        nothing, none = np.full((bars.instruments, 0), np.nan), np.zeros(len(bars), dtype=np.int64)
        return Finer(nothing, nothing, nothing, none, none)
    if timeframe.ms is None:
        ends = np.array([timeframe.end(int(start)) for start in bars.time], dtype=np.int64)
    else:
        ends = bars.time + timeframe.ms
    start = np.searchsorted(finer.time, bars.time).astype(np.int64)
    stop = np.searchsorted(finer.time, ends).astype(np.int64)
    return Finer(_plain(finer.open), _plain(finer.high), _plain(finer.low), start, stop)

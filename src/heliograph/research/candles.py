"""The stored candles of a backtest, piece by piece, and a digest of what was read."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.strategy import Strategy
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market.bars import load_bars
from heliograph.signals.block import between, exist

# About so many bars are held at once; one instrument may have more.
PIECE_BARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Range:
    """The bars of one instrument from `origin` to `until` (UTC milliseconds of the open, both included).

    There are about `bars` of them.
    """

    instrument: int
    origin: int
    until: int
    bars: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Some instruments, from place `start` in the order of the backtest on."""

    start: int
    ranges: tuple[Range, ...]

    @property
    def bars(self) -> int:
        """About their bars together."""
        return sum(one.bars for one in self.ranges)


def pieces(ranges: Sequence[Range], strategy: Strategy) -> Iterator[Piece]:
    """The instruments in runs of bearable size; the same for the same ranges and release."""
    start, held, weight = 0, list[Range](), 0
    for place, one in enumerate(ranges):
        own = _weight(one, strategy)
        if held and weight + own > PIECE_BARS:
            yield Piece(start, tuple(held))
            start, held, weight = place, [], 0
        held.append(one)
        weight += own
    if held:
        yield Piece(start, tuple(held))


def read_piece(piece: Piece, strategy: Strategy) -> tuple[Bars, Bars | None]:
    """The bars of a piece, and the finer ones inside them where the strategy names their timeframe."""
    inside = strategy.execution.intrabar
    length = Timeframe.parse(strategy.timeframe).ms or 31 * DAY
    bars = _read(piece, strategy.timeframe, length=1)
    return bars, _read(piece, inside, length=length) if inside else None


def _read(piece: Piece, timeframe: str, *, length: int) -> Bars:
    """Bars of a timeframe in each instrument's own range, of which the last bar is `length` ms long."""
    ranges = piece.ranges
    bars = load_bars(
        instruments=[one.instrument for one in ranges],
        timeframe=timeframe,
        start=min(one.origin for one in ranges),
        end=max(one.until for one in ranges) + length,
    )
    after = np.array([one.origin - 1 for one in ranges], dtype=np.int64)
    until = np.array([one.until + length - 1 for one in ranges], dtype=np.int64)
    return between(bars, after, until)


def chain(before: str, *blocks: Bars | None) -> str:
    """The digest that goes on from `before`, instrument after instrument: how they were cut is not in it."""
    rows = next(block.instruments for block in blocks if block is not None)
    for row in range(rows):
        sha = hashlib.sha256(before.encode())
        for block in blocks:
            if block is not None:
                there = exist(block)[row]
                sha.update(block.time[there].tobytes())
                for name in INPUTS:
                    sha.update(getattr(block, name)[row][there].tobytes())
        before = sha.hexdigest()
    return before


def _weight(one: Range, strategy: Strategy) -> int:
    """About the bars that are held of it, with the finer ones."""
    inside = strategy.execution.intrabar
    if inside is None:
        return one.bars
    finer = Timeframe.parse(inside).ms
    return one.bars * (1 + (Timeframe.parse(strategy.timeframe).ms or 31 * DAY) // (finer or DAY))

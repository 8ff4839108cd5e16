"""Signals lived again with today's candles: what their outcomes would be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heliograph.engine.bars import INPUTS, Bars
from heliograph.engine.exits import Exits, Inputs, Rules, SideInputs
from heliograph.engine.timeframe import Timeframe
from heliograph.market.wire import to_ms
from heliograph.signals.lives import Key, Life, gather
from heliograph.signals.models import Outcome, Signal
from heliograph.signals.rows import SIGNS

# Most trades end within so many bars; so many signals go beside each other.
STRIDE, TOGETHER = 512, 64


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bars of one instrument with the values of `exit` of both sides at them, float64[1, B] or None."""

    bars: Bars
    exits: dict[str, "np.ndarray | None"]
    finer: Bars | None
    timeframe: Timeframe


def live_again(signal: Signal, others: Sequence[Signal], rules: Rules, stretch: Stretch) -> Life:
    """How a published signal would go on, its levels as they were published, with the candles of a stretch.

    `others` are the candidates of the other side that would close it. The stretch begins at or before the
    signal's bar; where it ends before the signal does, the life is open or pending.
    """
    return _live([(signal, others)], rules, stretch)[0]


def live_each(
    signals: Sequence[Signal], others: Sequence[Signal], rules: Rules, stretch: Stretch
) -> list[Life]:
    """The same of each of these signals, taken alone; `others` are those of both sides that close trades."""
    lives: dict[int, Life] = {}
    ordered = sorted(signals, key=lambda one: one.bar_time)
    for group in _near(ordered, stretch):
        pairs = [(one, _closing(one, others)) for one in group]
        lives |= zip((one.pk for one in group), _live(pairs, rules, stretch), strict=True)
    return [lives[one.pk] for one in signals]


def _near(signals: Sequence[Signal], stretch: Stretch) -> Iterator[list[Signal]]:
    """Signals that begin within a stride, some at a time; they come by their bars."""
    group: list[Signal] = []
    first = 0
    for one in signals:
        column = int(stretch.bars.time.searchsorted(to_ms(one.bar_time)))
        if group and (column >= first + STRIDE or len(group) == TOGETHER):
            yield group
            group = []
        if not group:
            first = column
        group.append(one)
    if group:
        yield group


def _closing(signal: Signal, others: Sequence[Signal]) -> list[Signal]:
    return [one for one in others if one.side != signal.side and one.bar_time > signal.bar_time]


def _live(pairs: Sequence[tuple[Signal, Sequence[Signal]]], rules: Rules, stretch: Stretch) -> list[Life]:
    """Signals that begin within a stride, beside each other, each with slots as an instrument has them."""
    free = replace(rules, min_confidence=None, min_reward_risk=None, cooldown=0)
    exits = Exits(free, instruments=len(pairs))
    keys = [Key(row, SIGNS[signal.side], to_ms(signal.bar_time)) for row, (signal, _) in enumerate(pairs)]
    start = int(stretch.bars.time.searchsorted(min(key.time for key in keys)))
    # Levels on the wrong side of today's close: the entry would not be taken.
    lives = [Life(Outcome.State.MISSED) for _ in keys]
    for place in range(start, len(stretch.bars), STRIDE):
        part = stretch.bars.slice(place, min(place + STRIDE, len(stretch.bars)))
        inputs = _inputs([[one, *others] for one, others in pairs], rules, part, stretch, place)
        events = exits.advance(
            _repeated(part, len(pairs)),
            inputs,
            finer=_finer(part, len(pairs), stretch),
            timeframe=stretch.timeframe,
        )
        told = gather(events, alert_only=False)
        lives = [_followed(life, told.get(key)) for life, key in zip(lives, keys, strict=True)]
        if all(life.is_over for life in lives):
            break
    return lives


def _repeated(bars: Bars, rows: int) -> Bars:
    """The bars of one instrument as those of so many."""
    return Bars(bars.time, *(np.repeat(getattr(bars, name), rows, axis=0) for name in INPUTS))


def _finer(part: Bars, rows: int, stretch: Stretch) -> Bars | None:
    """The finer bars inside a part."""
    if stretch.finer is None:
        return None
    time = stretch.finer.time
    bounds = time.searchsorted([part.time[0], stretch.timeframe.end(int(part.time[-1]))])
    return _repeated(stretch.finer.slice(*bounds.tolist()), rows)


def _followed(life: Life, told: Life | None) -> Life:
    """What was known, with what a later stretch tells."""
    if told is None:
        return life
    if told.entry_time is None:
        told.entry_time, told.entry_price = life.entry_time, life.entry_price
    told.parts[:0] = life.parts
    return told


def _inputs(
    rows: Sequence[Sequence[Signal]], rules: Rules, part: Bars, stretch: Stretch, place: int
) -> Inputs:
    """What the exits need, with the candidates and the levels that the rows say."""
    sides = {}
    for name, ruled in (("long", rules.long), ("short", rules.short)):
        if ruled is not None:
            values = stretch.exits[name]
            sides[name] = SideInputs(
                exit=None if values is None else np.ascontiguousarray(values[:, place : place + len(part)]),
                **_levels(rows, name, part, len(ruled.fractions)),
            )
    sure = np.ones((1, len(part)))
    return Inputs(sides.get("long"), sides.get("short"), confidence=sure if rules.confidence else None)


def _levels(rows: Sequence[Sequence[Signal]], side: str, part: Bars, targets: int) -> dict:
    shape = len(rows), len(part)
    enter, stop = np.zeros(shape), np.full(shape, np.nan)
    levels = [np.full(shape, np.nan) for _ in range(targets)]
    for row, signal in ((row, one) for row, signals in enumerate(rows) for one in signals):
        column = int(part.time.searchsorted(to_ms(signal.bar_time)))
        there = column < len(part) and part.time[column] == to_ms(signal.bar_time)
        if there and signal.side == side:
            enter[row, column] = 1.0
            stop[row, column] = np.nan if signal.stop is None else signal.stop
            for values, target in zip(levels, signal.targets, strict=True):
                values[row, column] = target
    return {"enter": enter, "stop": stop, "targets": tuple(levels)}

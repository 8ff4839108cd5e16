"""How a signal from outside goes on: the exits kernel, over the candles since its bar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from heliograph.engine.bars import Bars
from heliograph.engine.exits import Rules
from heliograph.engine.exits.rules import SideRules
from heliograph.inbound.models import Alert
from heliograph.market.wire import to_ms
from heliograph.signals.again import Stretch, live_again
from heliograph.signals.compiled import Compiled
from heliograph.signals.lives import Life
from heliograph.signals.models import Side, Signal


@dataclass(frozen=True, slots=True)
class History:
    """Bars of one instrument, with the signals and the exits that alerts of one version gave at them."""

    bars: Bars
    published: Sequence[Signal]
    exits: Sequence[Alert]
    compiled: Compiled

    def upto(self, time: int) -> "History":
        """The same as it was known at the close of the bar at `time`."""
        return replace(self, bars=self.bars.slice(0, int(self.bars.time.searchsorted(time, side="right"))))

    def leaves(self, side: str, time: int) -> bool:
        """True if an alert of that bar says to leave that side."""
        return any(to_ms(one.bar_time) == time and one.side in ("", side) for one in self.exits)

    def life(self, signal: Signal) -> Life:
        """How far the signal has come at the last bar."""
        others = [
            Signal(side=one.side, bar_time=one.bar_time)
            for one in self.published
            if one.side != signal.side and one.bar_time > signal.bar_time
        ]
        stretch = Stretch(
            self.bars, {side: self._marks(side) for side in Side.values}, None, self.compiled.timeframe
        )
        return live_again(signal, others, rules_of(signal, self.compiled), stretch)

    def _marks(self, side: str) -> np.ndarray:
        marks = np.zeros((1, len(self.bars)))
        times = [to_ms(one.bar_time) for one in self.exits if one.side in ("", side)]
        marks[0, np.isin(self.bars.time, np.array(times, dtype=np.int64))] = 1.0
        return marks


def rules_of(signal: Signal, compiled: Compiled) -> Rules:
    """The version's rules, for a signal with as many targets as this one; each takes an equal part.

    The other side is there to close it, and has no levels.
    """
    targets = len(signal.targets)
    own = SideRules(
        stop=signal.stop is not None,
        fractions=tuple(1 / targets for _ in range(targets)),
        expires=compiled.checked.sides[signal.side].expires,
    )
    sides = {name: own if name == signal.side else SideRules() for name in compiled.checked.sides}
    return replace(compiled.rules, long=sides.get("long"), short=sides.get("short"))

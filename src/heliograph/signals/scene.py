"""All that the views of a bar are made from."""

from dataclasses import dataclass, field
from datetime import datetime

from heliograph.engine.bars import Bars
from heliograph.market.bars import load_series
from heliograph.market.models import Instrument
from heliograph.market.wire import to_datetime
from heliograph.signals.compiled import Compiled, compiled
from heliograph.signals.explanation import WarmUp
from heliograph.signals.knowledge import Place
from heliograph.signals.measure import NEVER_KNOWN, Measured, measure
from heliograph.signals.models import StrategyVersion

# How many bars before and after are shown beside the bar.
NEAR = 3
# Sessions and week-ends make a warm-up up to so many times as long by the clock.
STRETCH = 6


@dataclass(slots=True)
class Scene:
    """One version and instrument at the bar `bars.time[at]`, its parts measured at `columns` around it."""

    version: StrategyVersion
    instrument: Instrument
    place: Place
    bars: Bars
    at: int
    known_at: datetime | None
    compiled: Compiled = field(init=False)
    columns: range = field(init=False)
    measured: Measured = field(init=False)
    _later: tuple[Bars, Measured] | None = None

    def __post_init__(self) -> None:
        self.compiled = compiled(self.version)
        self.columns = range(max(0, self.at - NEAR), min(len(self.bars), self.at + NEAR + 1))
        self.measured = measure(self.compiled.checked, self.bars, self.columns)

    @property
    def time(self) -> int:
        """The open of the bar, in UTC milliseconds."""
        return int(self.bars.time[self.at])

    @property
    def column(self) -> int:
        """Where the bar stands among the measured columns."""
        return self.at - self.columns.start

    def warm_up(self, node: int) -> WarmUp | None:
        """Why the value of a node is unknown at the bar, if it is because it has never been known yet."""
        first = self.measured.first[node]
        if first != NEVER_KNOWN and first <= self.at:
            return None
        return WarmUp(
            needed=self.measured.needed[node], existing=self.at + 1, known_from=self._known_from(node)
        )

    def _known_from(self, node: int) -> datetime | None:
        bars, measured = self._whole_warm_up()
        first = measured.first[node]
        return None if first == NEVER_KNOWN else to_datetime(int(bars.time[first]))

    def _whole_warm_up(self) -> tuple[Bars, Measured]:
        """Today's candles as far as any warm-up can reach.

        Nodes have the same numbers: the text is the same.
        """
        if self._later is None:
            reach = max(self.measured.needed.values()) * self.compiled.length * STRETCH
            start = int(self.bars.time[0])
            bars = load_series(
                instrument=self.instrument.pk,
                timeframe=self.version.timeframe,
                start=start,
                end=start + reach,
            )
            self._later = bars, measure(self.compiled.checked, bars, [])
        return self._later

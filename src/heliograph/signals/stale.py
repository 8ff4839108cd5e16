"""Which candles do not come any more, of those that are watched or that running strategies look at."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from heliograph.engine.timeframe import Timeframe
from heliograph.market.clock import venue_clock
from heliograph.market.models import Series, Venue, Watch
from heliograph.market.wire import to_datetime, to_ms
from heliograph.signals.models import Progress, StrategyVersion
from heliograph.signals.patience import Expectation
from heliograph.signals.readings import not_awaited

# The bar that closed last may be on its way.
STALE_BARS = 2


@dataclass(frozen=True, slots=True)
class Late:
    """A series that is stale: the open of its newest bar, and how many bars are over behind it."""

    symbol: str
    newest: datetime
    behind: int


@dataclass(frozen=True, slots=True)
class Stale:
    """The stale ones among the `of` awaited series of a timeframe at a venue."""

    venue: str
    timeframe: str
    late: tuple[Late, ...]
    of: int

    @property
    def is_whole(self) -> bool:
        """True if it is the venue rather than single instruments: more than half of several."""
        return len(self.late) > 1 and 2 * len(self.late) > self.of


def stale(*, at: datetime) -> list[Stale]:
    """What is stale at exchanges. Files have no clock that goes on, and replays one of their own."""
    return [one for one in awaited(at=at) if one.late]


def awaited(*, at: datetime) -> list[Stale]:
    """All that is awaited from exchanges, by venue and timeframe, with what of it is stale."""
    asked = sorted(_asked().items())
    return [_stale(venue, timeframe, instruments, at=at) for (venue, timeframe), instruments in asked]


def _asked() -> dict[tuple[int, str], set[int]]:
    """The instruments that somebody looks at, by venue and timeframe."""
    asked: dict[tuple[int, str], set[int]] = defaultdict(set)
    watched = Watch.objects.filter(paused=False, instrument__venue__kind=Venue.Kind.EXCHANGE)
    for venue, timeframe, one in watched.values_list("instrument__venue", "timeframe", "instrument"):
        asked[venue, timeframe].add(one)
    shards = Progress.objects.filter(
        version__stage__in=StrategyVersion.RUNNING, venue__kind=Venue.Kind.EXCHANGE
    )
    for venue, timeframe, many in shards.values_list("venue", "version__timeframe", "instruments"):
        asked[venue, timeframe].update(many)
    return asked


def _stale(venue_id: int, timeframe: str, instruments: set[int], *, at: datetime) -> Stale:
    venue = Venue.objects.get(pk=venue_id)
    clock = venue_clock(venue, at=at)
    awaited = instruments - set(not_awaited(venue.pk, timeframe, clock=clock))
    rows = Series.objects.filter(instrument__in=awaited, timeframe=timeframe, bars__gt=0)
    found = list(
        rows.order_by("instrument__symbol").values_list("instrument", "instrument__symbol", "last_open")
    )
    if not found:
        return Stale(venue.name, timeframe, (), 0)
    newest = np.array([to_ms(last) for _, _, last in found], dtype=np.int64)
    expectation = Expectation.read([one for one, _, _ in found], Timeframe.parse(timeframe))
    behind = expectation.overdue(newest, clock=to_ms(clock)).tolist()
    late = [
        Late(symbol, to_datetime(int(last)), bars)
        for (_, symbol, _), last, bars in zip(found, newest, behind, strict=True)
        if bars >= STALE_BARS
    ]
    return Stale(venue.name, timeframe, tuple(late), len(found))

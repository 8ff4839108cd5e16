"""Stored bars for a chart."""

from dataclasses import dataclass
from datetime import datetime

from heliograph.engine.timeframe import Timeframe
from heliograph.market.models import Candle
from heliograph.market.wire import to_datetime, to_ms

MOST = 600
COLUMNS = ("open_time", "open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Bar:
    """A closed bar, named by its open. `volume` is NaN where the source has none."""

    open_time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float


def bars_around(
    instrument_id: int, timeframe: str, *, first: datetime, last: datetime, before: int, after: int
) -> list[Bar]:
    """The bars from `first` to `last`, at most MOST, with some before and after, oldest first.

    Three statements.
    """
    rows = Candle.objects.filter(instrument_id=instrument_id, timeframe=timeframe)
    earlier = rows.filter(open_time__lt=first).order_by("-open_time").values_list(*COLUMNS)[:before]
    held = rows.filter(open_time__range=(first, last)).order_by("open_time").values_list(*COLUMNS)[:MOST]
    later = rows.filter(open_time__gt=last).order_by("open_time").values_list(*COLUMNS)[:after]
    return [Bar(*row) for row in [*reversed(earlier), *held, *later]]


def newest_bars(
    instrument_id: int, timeframe: str, *, limit: int, until: datetime | None = None
) -> list[Bar]:
    """The newest bars that opened before `until`, oldest first. One statement."""
    rows = Candle.objects.filter(instrument_id=instrument_id, timeframe=timeframe)
    if until is not None:
        rows = rows.filter(open_time__lt=until)
    found = rows.order_by("-open_time").values_list(*COLUMNS)[:limit]
    return [Bar(*row) for row in reversed(found)]


def bar_that_holds(moment: datetime | None, instrument_id: int, timeframe: str) -> datetime | None:
    """The open of the bar that holds a moment; without one that of the newest stored bar, None if none is."""
    if moment is None:
        newest = newest_bars(instrument_id, timeframe, limit=1)
        return newest[-1].open_time if newest else None
    return to_datetime(Timeframe.parse(timeframe).start(to_ms(moment)))

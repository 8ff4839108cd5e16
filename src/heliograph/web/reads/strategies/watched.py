"""The stored instruments that a text watches, of which one is run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import islice

from heliograph.engine.strategy import Strategy as Checked
from heliograph.engine.timeframe import DAY, Timeframe
from heliograph.market.models import Series

CHOICES = 200
# How far back it looks unless a day is chosen.
USUAL_BARS = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """A stored instrument that the text watches."""

    id: int
    symbol: str
    venue: str


def choices(strategy: Checked) -> list[Series]:
    """The series of the instruments that a text watches, by symbol. One statement."""
    return list(islice(_watched(strategy), CHOICES))


def one_of(strategy: Checked, instrument_id: int | None) -> Series | None:
    """The series of that instrument, or the first of all; None if the text watches none such."""
    return next(_watched(strategy, **({} if instrument_id is None else {"instrument": instrument_id})), None)


def choice_of(series: Series) -> Choice:
    """The instrument of a series."""
    return Choice(series.instrument_id, series.instrument.symbol, series.instrument.venue.name)


def usual_since(series: Series) -> date:
    """The day from which on the usual number of bars lies."""
    back = series.last_open - timedelta(milliseconds=length_of(series.timeframe) * USUAL_BARS)
    return max(back, series.first_open).astimezone(UTC).date()


def length_of(timeframe: str) -> int:
    """The length of a bar in milliseconds; of a month that of the longest."""
    return Timeframe.parse(timeframe).ms or 31 * DAY


def _watched(strategy: Checked, **asked: int) -> Iterator[Series]:
    rows = Series.objects.filter(timeframe=strategy.timeframe, bars__gt=0, **asked)
    rows = rows.select_related("instrument__venue").order_by("instrument__symbol", "instrument__venue__name")
    return (one for one in rows if strategy.universe.holds(one.instrument.symbol, one.instrument.venue.name))

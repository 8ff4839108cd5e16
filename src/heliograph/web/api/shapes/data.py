"""What the map of coverage is made of, gaps and their healing, corrections, and what was listed."""

from datetime import date, datetime
from typing import Literal

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed
from heliograph.web.api.shapes.market import GapShape


class DayShape(Schema):
    """One day of a series. `rest`: no bar is due by the calendar; `before`: not listed, or before the first
    stored bar; `after`: not delivered yet, or delisted."""

    day: date
    stored: int
    expected: int
    kind: Literal["complete", "partial", "none", "rest", "before", "after"]


class SeriesPart(Schema):
    """Which series something is of; `series_id` is that of its page."""

    series_id: int
    instrument_id: int
    venue: str
    symbol: str
    timeframe: str


class SeriesDaysShape(SeriesPart):
    """A series with its days, rising."""

    days: list[DayShape]


class SeriesDaysList(Listed[SeriesDaysShape]):
    """A page of series with their days."""


class OpenGapShape(GapShape):
    """A gap, and how often it was asked for in vain, when last, and when it is asked for next (null: with the
    next look for gaps, or never where nobody watches the series)."""

    tries: int
    asked_at: datetime | None
    not_before: datetime | None


class SeriesGapsShape(SeriesPart):
    """A series with its gaps, the newest first; `watch_id` is null where nobody fetches it."""

    watch_id: int | None
    gaps: list[OpenGapShape]


class SeriesGapsList(Listed[SeriesGapsShape]):
    """A page of series with their gaps."""


class PricesShape(Schema):
    """What a bar says; `volume` is null where the source has none."""

    open: float
    high: float
    low: float
    close: float
    volume: float | None


class CorrectionShape(Schema):
    """One correction of one bar: what it said, and what it says since; null where it was taken away.

    `source` gave what it said before, `replaced_by` what it says since: both are ids of imports.
    """

    id: int
    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    open_time: datetime
    before: PricesShape
    after: PricesShape | None
    recorded_at: datetime
    replaced_at: datetime
    source: int
    replaced_by: int
    undone: bool


class CorrectionList(Listed[CorrectionShape]):
    """A page of corrections."""


class AmendmentShape(Schema):
    """A delivery that touched the past of a series: from which bar to which, and how many of them."""

    id: int
    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    number: int
    first_open: datetime
    last_open: datetime
    inserted: int
    revised: int
    removed: int
    import_id: int
    recorded_at: datetime


class AmendmentList(Listed[AmendmentShape]):
    """A page of amendments."""


class SpanShape(Schema):
    """A span in which an instrument traded; `changed` is when it was listed last, or delisted."""

    id: int
    instrument_id: int
    venue: str
    symbol: str
    listed_at: datetime
    delisted_at: datetime | None
    changed: datetime


class SpanList(Listed[SpanShape]):
    """A page of the universe."""


class PlotLine(Schema):
    """The values of an expression at the bars, null where unknown; a condition is 0 or 1. Pane 0 is that of
    the prices."""

    name: str
    pane: int
    values: list[float | None]


class PlotFault(Schema):
    """Why an expression has no values; `column` counts from 1, 0 if it is the whole."""

    text: str
    column: int
    message: str
    suggestion: str | None


class PlotShape(Schema):
    """Expressions over the newest bars of a series, or those before `until`, oldest first."""

    instrument_id: int
    venue: str
    symbol: str
    timeframe: str
    opens: list[datetime]
    lines: list[PlotLine]
    faults: list[PlotFault]


class OnWatchlistShape(Schema):
    """An instrument on one's watch-list."""

    instrument_id: int
    venue: str
    symbol: str
    added_at: datetime


class OnWatchlistList(Listed[OnWatchlistShape]):
    """A page of a watch-list."""

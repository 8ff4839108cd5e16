"""Instruments, their series and their bars."""

from datetime import datetime

from ninja import Schema

from heliograph.web.api.shapes.lists import Listed


class SeriesShape(Schema):
    """One timeframe of one instrument; `id` is the instrument's."""

    id: int
    symbol: str
    venue: str
    replay: bool
    timeframe: str
    first_open: datetime
    last_open: datetime
    bars: int
    stored_at: datetime


class CandleShape(Schema):
    """A closed bar; `volume` is null where the source has none."""

    open_time: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float | None


class SeriesList(Listed[SeriesShape]):
    """A page of series."""


class CandleList(Listed[CandleShape]):
    """A page of bars."""

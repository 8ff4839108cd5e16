"""Instruments and the series that are stored of them."""

from typing import ClassVar

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.market.models import Series, Venue
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Name, Paging
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.market import SeriesList, SeriesShape

router = Router(tags=["instruments"])
NEWEST = Order("series", ("-last_open", "-pk"))


class AskedSeries(Paging):
    """Which series."""

    shape: ClassVar[type] = SeriesShape
    symbol: Name | None = None
    venue: Name | None = None
    timeframe: Name | None = None


@router.get(
    "instruments", response=SeriesList, url_name="instruments", summary="Series, the newest bar first"
)
@answers("candles")
@needs("viewer")
def list_instruments(request: HttpRequest, asked: Query[AskedSeries]) -> Page:
    """One entry for each timeframe of each instrument."""
    rows = series_of(asked.symbol, asked.venue, asked.timeframe)
    return page_of(rows, asked, NEWEST, _line)


def series_of(symbol: str | None, venue: str | None, timeframe: str | None):
    """The series of that name that have bars."""
    asked = {"instrument__symbol": symbol, "instrument__venue__name": venue, "timeframe": timeframe}
    named = {name: value for name, value in asked.items() if value}
    return Series.objects.select_related("instrument__venue").filter(bars__gt=0, **named)


def _line(row: Series) -> dict[str, object]:
    venue = row.instrument.venue
    return {
        "id": row.instrument_id,
        "symbol": row.instrument.symbol,
        "venue": venue.name,
        "replay": venue.kind == Venue.Kind.REPLAY,
        "timeframe": row.timeframe,
        "first_open": row.first_open,
        "last_open": row.last_open,
        "bars": row.bars,
        "stored_at": row.updated_at,
    }

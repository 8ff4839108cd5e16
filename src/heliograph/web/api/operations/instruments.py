"""Instruments and the series that are stored of them."""

from typing import ClassVar

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.market.models import Instrument, Series, Venue
from heliograph.market.queries import NoSuchInstrument
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Chosen, Id, Name, Paging
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.filled import filled, filler
from heliograph.web.api.shapes.market import InstrumentShape, ListingShape, SeriesList, SeriesShape

router = Router(tags=["instruments"])
NEWEST = Order("series", ("-last_open", "-pk"))


class AskedSeries(Paging):
    """Which series."""

    shape: ClassVar[type] = SeriesShape
    symbol: Name | None = None
    venue: Name | None = None
    timeframe: Name | None = None


class AskedInstrument(Chosen):
    """What of one instrument."""

    shape: ClassVar[type] = InstrumentShape


@router.get("instruments", response=SeriesList, url_name="instruments", summary="Series, newest bar first")
@answers("candles")
@needs("viewer")
def list_instruments(request: HttpRequest, asked: Query[AskedSeries]) -> Page:
    """One entry for each timeframe of each instrument."""
    rows = series_of(asked.symbol, asked.venue, asked.timeframe)
    return page_of(rows, asked, NEWEST, _line)


@router.get("instruments/{instrument_id}", response=InstrumentShape, summary="One instrument")
@answers()
@needs("viewer")
def get_instrument(
    request: HttpRequest, instrument_id: Id, asked: Query[AskedInstrument]
) -> dict[str, object]:
    """Where it trades and since when, and the series that are stored of it."""
    found = find_instrument(instrument_id)
    series = Series.objects.select_related("instrument__venue").filter(instrument=found, bars__gt=0)
    return filled(
        InstrumentShape,
        found,
        venue=found.venue.name,
        calendar=found.calendar or found.venue.calendar,
        replay=found.venue.kind == Venue.Kind.REPLAY,
        listings=[listing(one) for one in found.listings.order_by("listed_at")],
        series=[_line(one) for one in series.order_by("timeframe")],
    )


def find_instrument(instrument_id: int) -> Instrument:
    """The instrument of that id with its venue; NoSuchInstrument where there is none."""
    found = Instrument.objects.select_related("venue").filter(pk=instrument_id).first()
    if found is None:
        raise NoSuchInstrument(f"There is no instrument {instrument_id}.")
    return found


def series_of(symbol: str | None, venue: str | None, timeframe: str | None):
    """The series of that name that have bars."""
    asked = {"instrument__symbol": symbol, "instrument__venue__name": venue, "timeframe": timeframe}
    named = {name: value for name, value in asked.items() if value}
    return Series.objects.select_related("instrument__venue").filter(bars__gt=0, **named)


listing = filler(ListingShape)


def _line(row: Series) -> dict[str, object]:
    venue = row.instrument.venue
    return filled(
        SeriesShape,
        row,
        id=row.instrument_id,
        symbol=row.instrument.symbol,
        venue=venue.name,
        replay=venue.kind == Venue.Kind.REPLAY,
        stored_at=row.updated_at,
    )

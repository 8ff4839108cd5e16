"""The instruments that one looks at first."""

from typing import ClassVar

from django.http import HttpRequest
from ninja import Query, Router, Status

from heliograph.accounts.models import WatchedInstrument
from heliograph.accounts.watchlist import add_to_watchlist, take_off_watchlist
from heliograph.errors import NotFound
from heliograph.kit.clock import utc_now
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import person_of
from heliograph.web.accounts.told import tell
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Id, Paging
from heliograph.web.api.idempotent import idempotent
from heliograph.web.api.operations.instruments import find_instrument
from heliograph.web.api.paging import Order, Page, page_of
from heliograph.web.api.shapes.data import OnWatchlistList, OnWatchlistShape
from heliograph.web.api.shapes.filled import filled

router = Router(tags=["instruments"])
IN_ORDER = Order("watchlist", ("pk",))


class AskedWatchlist(Paging):
    """Which instruments."""

    shape: ClassVar[type] = OnWatchlistShape


@router.get("watchlist", response=OnWatchlistList, summary="One's watch-list")
@answers()
@needs("viewer")
def list_watchlist(request: HttpRequest, asked: Query[AskedWatchlist]) -> Page:
    """In the order in which they were put there."""
    return page_of(_own(request), asked, IN_ORDER, _line)


@router.put(
    "watchlist/{instrument_id}", response=OnWatchlistShape, summary="Put an instrument on one's watch-list"
)
@idempotent
@needs("viewer")
def put_on_watchlist(request: HttpRequest, instrument_id: Id) -> dict[str, object]:
    """Where it is already, it stays in its place."""
    instrument = find_instrument(instrument_id)
    add_to_watchlist(person_of(request), instrument_id, at=utc_now())
    tell(request, "watchlist.add", str(instrument))
    return _line(_own(request).get(instrument=instrument_id))


@router.delete(
    "watchlist/{instrument_id}", response={204: None}, summary="Take an instrument off one's watch-list"
)
@idempotent
@needs("viewer")
def drop_from_watchlist(request: HttpRequest, instrument_id: Id) -> Status:
    """One's own."""
    instrument = find_instrument(instrument_id)
    if not take_off_watchlist(person_of(request), instrument_id):
        raise NotFound(f"{instrument} is not on your watch-list.")
    tell(request, "watchlist.remove", str(instrument))
    return Status(204, None)


def _own(request: HttpRequest):
    rows = WatchedInstrument.objects.filter(person=person_of(request))
    return rows.select_related("instrument__venue")


def _line(row: WatchedInstrument) -> dict[str, object]:
    instrument = row.instrument
    return filled(OnWatchlistShape, row, venue=instrument.venue.name, symbol=instrument.symbol)

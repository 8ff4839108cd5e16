"""Venues, what is watched at them, and replays."""

from typing import ClassVar, Literal

from django.http import HttpRequest
from ninja import Query, Router

from heliograph.kit.clock import utc_now
from heliograph.market.models import Venue
from heliograph.market.sources.exchange.venues import VenueLine, list_venues
from heliograph.market.sources.exchange.watches import WatchLine, list_watches
from heliograph.web.accounts.access import needs
from heliograph.web.api.answers import answers
from heliograph.web.api.asked import Name, Paging
from heliograph.web.api.paging import Page, part_of
from heliograph.web.api.shapes.filled import filler
from heliograph.web.api.shapes.market import (
    ReplayList,
    ReplayShape,
    VenueList,
    VenueShape,
    WatchList,
    WatchShape,
)
from heliograph.web.reads.replays import ReplayState, replays

router = Router(tags=["data"])
OF_EXCHANGES = (
    *("exchange", "url", "priority", "listed", "watches", "failing", "synced_at", "skew_ms", "requests"),
    "refusals",
)


class AskedVenues(Paging):
    """Which venues."""

    shape: ClassVar[type] = VenueShape
    kind: Literal["file", "exchange", "replay"] | None = None


class AskedWatches(Paging):
    """Which watches."""

    shape: ClassVar[type] = WatchShape
    venue: Name | None = None
    timeframe: Name | None = None


class AskedReplays(Paging):
    """Which replays."""

    shape: ClassVar[type] = ReplayShape


@router.get("venues", response=VenueList, summary="Where candles come from")
@answers()
@needs("viewer")
def list_of_venues(request: HttpRequest, asked: Query[AskedVenues]) -> Page:
    """Exchanges with how they fare, the venues of files, and replays, by name."""
    exchanges = {line.name: line for line in list_venues()}
    rows = Venue.objects.filter(kind=asked.kind) if asked.kind else Venue.objects.all()
    page = part_of(list(rows), asked, name="venues", key=lambda one: (one.name,))
    return Page([_venue(one, exchanges.get(one.name)) for one in page.items], page.next)


@router.get("watches", response=WatchList, summary="Series that are kept up to date")
@answers()
@needs("viewer")
def list_of_watches(request: HttpRequest, asked: Query[AskedWatches]) -> Page:
    """By venue, symbol and timeframe, with how far each is and which venue answers for it."""
    found = [
        line
        for line in list_watches(at=utc_now())
        if asked.venue in (None, line.venue) and asked.timeframe in (None, line.timeframe)
    ]
    page = part_of(found, asked, name="watches", key=_watch_key)
    return Page([filler(WatchShape)(one) for one in page.items], page.next)


@router.get("replays", response=ReplayList, summary="Stored history that is played as if live")
@answers()
@needs("viewer")
def list_replays(request: HttpRequest, asked: Query[AskedReplays]) -> Page:
    """By id; `again` says that a new run can follow."""
    page = part_of(replays(), asked, name="replays", key=_replay_key)
    return Page([filler(ReplayShape)(one) for one in page.items], page.next)


def _venue(row: Venue, line: VenueLine | None) -> dict[str, object]:
    plain = {"name": row.name, "kind": row.kind, "calendar": row.calendar, "error": row.error}
    if line is None:
        return plain | dict.fromkeys(OF_EXCHANGES)
    return plain | {"error": line.error} | {name: getattr(line, name) for name in OF_EXCHANGES}


def _watch_key(line: WatchLine) -> tuple:
    return line.venue, line.symbol, line.timeframe


def _replay_key(state: ReplayState) -> tuple:
    return (state.id,)

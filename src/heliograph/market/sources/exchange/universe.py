"""What a venue lists: instruments come and go, and none is ever deleted."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from heliograph.market.models import Instrument, Listing, Venue, Watch
from heliograph.market.sources.exchange.client import Market, client_for
from heliograph.market.sources.exchange.errors import BadAnswer, VenueFault
from heliograph.market.sources.exchange.marks import update

SYNC_EVERY = timedelta(hours=1)
# After a failure it is tried again sooner.
RETRY_AFTER = timedelta(minutes=5)
# A list that lost more than this share at once is taken for one that breaks off.
MOST_LOST = 0.5
FEW = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Synced:
    """What a reading of a venue's list changed. `refused` says why it could not be read, else it is empty."""

    venue: str
    listed: int = 0
    added: int = 0
    back: int = 0
    delisted: int = 0
    refused: str = ""


def sync_due(*, at: datetime) -> list[Synced]:
    """Read the lists of the exchanges whose time has come; one that fails does not stop the others."""
    venues = Venue.objects.filter(kind=Venue.Kind.EXCHANGE)
    due = venues.filter(Q(sync_after=None) | Q(sync_after__lte=at)).order_by("priority", "name")
    return [_sync(venue, at=at) for venue in due]


def sync_all(*, at: datetime) -> list[Synced]:
    """Read the lists of all exchanges now; one that fails does not stop the others."""
    venues = Venue.objects.filter(kind=Venue.Kind.EXCHANGE).order_by("priority", "name")
    return [_sync(venue, at=at) for venue in venues]


def sync_universe(venue: Venue, *, at: datetime) -> Synced:
    """Read a venue's list and store what was listed and delisted since; a VenueFault if it cannot be read."""
    return store_markets(venue, read_markets(venue), at=at)


def read_markets(venue: Venue) -> Sequence[Market]:
    """What a venue lists now; a VenueFault if it does not say."""
    with client_for(venue) as client:
        return client.markets()


@transaction.atomic
def store_markets(venue: Venue, markets: Sequence[Market], *, at: datetime) -> Synced:
    """Compare a list with the rows; two who read it at once take turns."""
    Venue.objects.select_for_update().get(pk=venue.pk)
    active = {market.symbol: market for market in markets if market.active}
    known = {one.symbol: one for one in Instrument.objects.filter(venue=venue)}
    open_listings = Listing.objects.filter(instrument__venue=venue, delisted_at=None)
    trading = set(open_listings.values_list("instrument__symbol", flat=True))
    gone = trading - active.keys()
    if len(gone) > max(FEW, MOST_LOST * len(trading)):
        raise BadAnswer(
            venue.name,
            f"its list names {len(active):,} symbols and leaves out {len(gone):,} of {len(trading):,} that it"
            " had; nothing is taken for delisted.",
        )
    added = _add(venue, [active[symbol] for symbol in sorted(active.keys() - known.keys())], at=at)
    back = _list_again([known[symbol] for symbol in sorted((active.keys() & known.keys()) - trading)], at=at)
    _delist([known[symbol] for symbol in sorted(gone)], at=at)
    Venue.objects.filter(pk=venue.pk).update(synced_at=at, sync_after=at + SYNC_EVERY, error="")
    return Synced(venue.name, listed=len(active), added=added, back=back, delisted=len(gone))


def _sync(venue: Venue, *, at: datetime) -> Synced:
    try:
        return sync_universe(venue, at=at)
    except VenueFault as fault:
        log.warning("%s", fault)
        Venue.objects.filter(pk=venue.pk).update(error=str(fault), sync_after=at + RETRY_AFTER)
        return replace(Synced(venue.name), refused=str(fault))


def _add(venue: Venue, markets: Sequence[Market], *, at: datetime) -> int:
    """New instruments with their first listing."""
    made = Instrument.objects.bulk_create(
        [
            Instrument(venue=venue, symbol=market.symbol, listed_at=market.listed_at or at)
            for market in markets
        ]
    )
    Listing.objects.bulk_create([Listing(instrument=one, listed_at=one.listed_at) for one in made])
    return len(made)


def _list_again(instruments: Sequence[Instrument], *, at: datetime) -> int:
    """Another listing of those that came back, or the first of those that candles came of before the list."""
    Listing.objects.bulk_create([Listing(instrument=one, listed_at=at) for one in instruments])
    for one in instruments:
        one.listed_at, one.delisted_at = one.listed_at or at, None
    Instrument.objects.bulk_update(instruments, ["listed_at", "delisted_at"])
    update(Watch.objects.filter(instrument__in=instruments), due_at=None)
    return len(instruments)


def _delist(instruments: Sequence[Instrument], *, at: datetime) -> None:
    Listing.objects.filter(instrument__in=instruments, delisted_at=None).update(delisted_at=at)
    Instrument.objects.filter(pk__in=[one.pk for one in instruments]).update(delisted_at=at)

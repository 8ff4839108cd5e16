"""The exchanges that candles come from: added, shown, removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from heliograph.market.models import Batch, Feed, Instrument, Listing, Series, Venue, Watch
from heliograph.market.sources.exchange.ccxt_setup import check_exchange, check_url
from heliograph.market.sources.exchange.errors import NoSuchVenue, NoVenue, VenueInUse
from heliograph.market.sources.exchange.universe import Synced, sync_universe


@dataclass(frozen=True, slots=True)
class VenueLine:
    """One exchange as it stands. Times are None where nothing was read yet; `skew_ms` where it is unknown."""

    name: str
    exchange: str
    url: str
    priority: int
    listed: int
    watches: int
    failing: int
    synced_at: datetime | None
    skew_ms: float | None
    requests: int
    refusals: int
    error: str


@transaction.atomic
def add_venue(
    exchange: str,
    *,
    at: datetime,
    name: str = "",
    url: str = "",
    priority: int = 100,
    per_second: float | None = None,
) -> Synced:
    """Add an exchange by its name at ccxt and read its list; nothing is stored if it does not answer.

    `url`: another address of its API. `per_second`: how often it may be asked, where not ccxt's own figure.
    """
    exchange = check_exchange(exchange)
    name = name or exchange
    if Venue.objects.filter(name=name).exists():
        raise VenueInUse(f"There is a venue {name} already; choose another name with --name.")
    venue = Venue.objects.create(
        name=name,
        kind=Venue.Kind.EXCHANGE,
        exchange=exchange,
        url=check_url(url),
        priority=priority,
        interval_ms=None if per_second is None else 1000 / per_second,
    )
    return sync_universe(venue, at=at)


def find_venue(name: str | None) -> Venue:
    """The exchange of that name; without a name the only one, or that of the lowest priority number."""
    known = Venue.objects.filter(kind=Venue.Kind.EXCHANGE).order_by("priority", "name")
    if name is not None:
        found = known.filter(name=name).first()
        if found is None:
            raise NoSuchVenue(name, known=[one.name for one in known])
        return found
    first = list(known[:2])
    if not first:
        raise NoVenue("No exchange was added yet; `heliograph venue add binance` adds one.")
    if len(first) == 2 and first[0].priority == first[1].priority:
        names = ", ".join(one.name for one in known)
        raise NoVenue(f"There are several exchanges ({names}); say which with --venue.")
    return first[0]


def list_venues() -> list[VenueLine]:
    """All exchanges, the first in priority first. Three statements."""
    found = Venue.objects.filter(kind=Venue.Kind.EXCHANGE).select_related("allowance")
    listed = dict(
        Listing.objects.filter(delisted_at=None)
        .values_list("instrument__venue")
        .annotate(number=Count("pk"))
        .order_by()
    )
    feeds: dict[int, list[Feed]] = {}
    for feed in Feed.objects.filter(venue__in=found.values("pk")).order_by("pk"):
        feeds.setdefault(feed.venue_id, []).append(feed)
    return [
        _line(venue, feeds.get(venue.pk, []), listed.get(venue.pk, 0))
        for venue in found.order_by("priority", "name")
    ]


@transaction.atomic
def remove_venue(name: str) -> None:
    """Forget an exchange; VenueInUse if candles came from it or series are watched there."""
    venue = find_venue(name)
    watches = Feed.objects.filter(venue=venue).count() + Watch.objects.filter(instrument__venue=venue).count()
    if watches:
        raise VenueInUse(f"Series are watched at {name}; end that first: `heliograph watch --list`.")
    if _has_candles(venue):
        raise VenueInUse(f"{name} has delivered candles, which stay; a venue with candles is not removed.")
    Batch.objects.filter(venue=venue).delete()
    Listing.objects.filter(instrument__venue=venue).delete()
    Instrument.objects.filter(venue=venue).delete()
    venue.delete()


def _has_candles(venue: Venue) -> bool:
    delivered = Batch.objects.filter(venue=venue).exclude(inserted=0, revised=0)
    return delivered.exists() or Series.objects.filter(instrument__venue=venue).exists()


def _line(venue: Venue, feeds: Sequence[Feed], listed: int) -> VenueLine:
    failing = [feed for feed in feeds if feed.failures]
    allowance = getattr(venue, "allowance", None)
    return VenueLine(
        name=venue.name,
        exchange=venue.exchange,
        url=venue.url,
        priority=venue.priority,
        listed=listed,
        watches=len(feeds),
        failing=len(failing),
        synced_at=venue.synced_at,
        skew_ms=venue.skew_ms,
        requests=allowance.requests if allowance else 0,
        refusals=allowance.refusals if allowance else 0,
        error=venue.error or next((feed.error for feed in failing), ""),
    )

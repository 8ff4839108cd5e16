"""What is kept up to date from exchanges: begun, listed, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Least

from heliograph.engine.timeframe import Timeframe
from heliograph.errors import NotFound
from heliograph.market.models import Feed, Instrument, Listing, Series, Venue, Watch
from heliograph.market.sources.exchange.client import client_for
from heliograph.market.sources.exchange.errors import Delisted, NoSuchSymbol, NoSuchTimeframe
from heliograph.market.sources.exchange.marks import locked
from heliograph.market.sources.exchange.universe import sync_universe
from heliograph.market.sources.exchange.venues import find_venue
from heliograph.market.symbols import normal_symbol

# Whoever began it fetches its history first; then the polls take over.
HEAD_START = timedelta(seconds=30)


class NoSuchWatch(NotFound):
    """That is not watched."""


@dataclass(frozen=True, slots=True)
class WatchLine:
    """One watched series as it stands. `newest`: the open of its newest stored bar, None if it has none.

    `source`: the venue that answers for it now, empty if none does. `error`: what the first venue said last.
    """

    id: int
    venue: str
    symbol: str
    timeframe: str
    since: datetime
    newest: datetime | None
    bars: int
    feeds: tuple[str, ...]
    source: str
    streamed_at: datetime | None
    unserved: int
    error: str
    paused: bool = False


def add_watches(
    symbols: Sequence[str],
    *,
    timeframe: str,
    since: datetime,
    at: datetime,
    venue: str | None = None,
    fallbacks: Sequence[str] = (),
) -> list[Watch]:
    """Watch these symbols of a venue, however written, from `since` on; all of them or, on an error, none.

    A series that is watched already is extended back to `since` and gets the fallbacks given.
    """
    listed = look_up(symbols, timeframe=timeframe, at=at, venue=venue, fallbacks=fallbacks)
    return begin_watches(listed, timeframe=timeframe, since=since, at=at)


def look_up(
    symbols: Sequence[str],
    *,
    timeframe: str,
    at: datetime,
    venue: str | None = None,
    fallbacks: Sequence[str] = (),
) -> list[list[Instrument]]:
    """The instruments of these symbols at a venue, and at each that stands in; exchanges are asked here.

    Nothing is stored but the list of an exchange whose list was never read.
    """
    Timeframe.parse(timeframe)
    places = [find_venue(venue), *(find_venue(name) for name in fallbacks)]
    for place in places:
        _check_timeframe(place, timeframe)
        if place.synced_at is None:
            sync_universe(place, at=at)
    return [_listed(place, symbols) for place in places]


def list_watches(*, at: datetime) -> list[WatchLine]:
    """All watched series, by venue, symbol and timeframe."""
    ordered = Watch.objects.select_related("instrument__venue").prefetch_related("feeds__venue", "unserved")
    series = {(one.instrument_id, one.timeframe): one for one in Series.objects.filter(bars__gt=0)}
    return [
        _line(watch, series.get((watch.instrument_id, watch.timeframe)), at=at)
        for watch in ordered.order_by("instrument__venue__name", "instrument__symbol", "timeframe")
    ]


@transaction.atomic
def remove_watches(symbols: Sequence[str], *, timeframe: str | None = None, venue: str | None = None) -> int:
    """End the watches of these symbols; their candles stay. NoSuchWatch if one is not watched."""
    ending: set[int] = set()
    for symbol in symbols:
        found = Watch.objects.filter(instrument__symbol__in=_spellings(symbol))
        found = found.filter(timeframe=timeframe) if timeframe else found
        found = found.filter(instrument__venue=find_venue(venue)) if venue else found
        numbers = list(found.values_list("pk", flat=True))
        if not numbers:
            raise NoSuchWatch(f"{symbol} is not watched; `heliograph watch --list` shows what is.")
        ending.update(numbers)
    ended = Watch.objects.filter(pk__in=locked(Watch.objects.filter(pk__in=ending)))
    return ended.delete()[1].get(Watch._meta.label, 0)


def find_watch(watch_id: int) -> Watch:
    """The watch of that number, or NoSuchWatch."""
    found = Watch.objects.select_related("instrument__venue").filter(pk=watch_id).first()
    if found is None:
        raise NoSuchWatch(f"There is no watch {watch_id}; `heliograph watch --list` shows what there is.")
    return found


@transaction.atomic
def end_watch(watch_id: int) -> Watch:
    """End one watch; its candles stay. Returns what it was."""
    found = find_watch(watch_id)
    Watch.objects.filter(pk__in=locked(Watch.objects.filter(pk=watch_id))).delete()
    return found


@transaction.atomic
def pause_watch(watch_id: int, *, paused: bool) -> Watch:
    """Ask for a series no more for the time being; or again, its gaps of meanwhile first."""
    find_watch(watch_id)
    changed = {"paused": True} if paused else {"paused": False, "due_at": None, "heal_at": None}
    Watch.objects.filter(pk__in=locked(Watch.objects.filter(pk=watch_id))).update(**changed)
    return find_watch(watch_id)


def _listed(venue: Venue, symbols: Sequence[str]) -> list[Instrument]:
    """The instrument of each symbol, in order."""
    spellings = [_spellings(symbol, venue) for symbol in symbols]
    known = Instrument.objects.filter(venue=venue, symbol__in=set().union(*spellings))
    by_symbol = {one.symbol: one for one in known}
    found = []
    for symbol, spelled in zip(symbols, spellings, strict=True):
        one = next((by_symbol[name] for name in sorted(spelled) if name in by_symbol), None)
        if one is None:
            listed = Listing.objects.filter(instrument__venue=venue, delisted_at=None)
            names = list(listed.values_list("instrument__symbol", flat=True))
            raise NoSuchSymbol(symbol, venue=venue.name, known=names)
        if one.delisted_at:
            raise Delisted(one.symbol, venue=venue.name, since=one.delisted_at)
        found.append(one)
    return found


def _spellings(symbol: str, venue: Venue | None = None) -> set[str]:
    exchange = venue.exchange.upper() if venue else ""
    return {symbol, symbol.upper(), normal_symbol(symbol), normal_symbol(symbol, exchange=exchange)}


def _check_timeframe(venue: Venue, timeframe: str) -> None:
    with client_for(venue) as client:
        if timeframe not in client.timeframes:
            raise NoSuchTimeframe(timeframe, venue=venue.name, known=client.timeframes)


@transaction.atomic
def begin_watches(
    listed: Sequence[Sequence[Instrument]], *, timeframe: str, since: datetime, at: datetime
) -> list[Watch]:
    """Begin or extend the watches of the instruments of the first venue; the others stand in, in order.

    Few statements, however many they are.
    """
    wanted = Watch.objects.filter(instrument__in=listed[0], timeframe=timeframe)
    known = locked(wanted)
    Watch.objects.bulk_create(
        [
            Watch(instrument=one, timeframe=timeframe, since=since, created_at=at, due_at=at + HEAD_START)
            for one in sorted(listed[0], key=lambda one: one.pk)
        ],
        ignore_conflicts=True,
    )
    wanted.filter(pk__in=known).update(since=Least("since", since), paused=False, heal_at=None)
    made = {watch.instrument_id: watch for watch in wanted.select_related("instrument__venue")}
    feeds = {
        (made[first.pk].pk, place.venue_id): Feed(
            watch=made[first.pk], venue_id=place.venue_id, symbol=place.symbol, priority=100 * number
        )
        for number, places in enumerate(listed)
        for first, place in zip(listed[0], places, strict=True)
    }
    locked(Feed.objects.filter(watch__in=made.values()))
    Feed.objects.bulk_create(
        [feeds[key] for key in sorted(feeds)],
        update_conflicts=True,
        unique_fields=["watch", "venue"],
        update_fields=["symbol", "priority"],
    )
    return [made[one.pk] for one in listed[0]]


def _line(watch: Watch, series: Series | None, *, at: datetime) -> WatchLine:
    feeds = sorted(watch.feeds.all(), key=lambda feed: (feed.priority, feed.pk))
    answering = [feed for feed in feeds if feed.answered_at and not feed.failures]
    spoken = [feed.streamed_at for feed in feeds if feed.streamed_at]
    return WatchLine(
        id=watch.pk,
        venue=watch.instrument.venue.name,
        symbol=watch.instrument.symbol,
        timeframe=watch.timeframe,
        since=watch.since,
        newest=series.last_open if series else None,
        bars=series.bars if series else 0,
        feeds=tuple(feed.venue.name for feed in feeds),
        source=answering[0].venue.name if answering else "",
        streamed_at=max(spoken, default=None),
        unserved=sum(one.bars for one in watch.unserved.all() if one.venue_id == feeds[0].venue_id),
        error=next((feed.error for feed in feeds if feed.error), ""),
        paused=watch.paused,
    )

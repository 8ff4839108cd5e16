"""Data modes: candles fetched from an exchange before a shard is evaluated, where its strategy says so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q

from heliograph.market.models import Feed, Venue, Watch
from heliograph.signals.due import Due
from heliograph.signals.patience import Expectation
from heliograph.signals.sources import Sources, overdue_rows
from heliograph.signals.universe import SeriesNow

# Fetching must not hold up the shard for long: the rest is left to those who poll.
MOST_AT_ONCE = 200
# Just asked: asking again would bring the same.
JUST_NOW = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Mode:
    """The data mode that was used, why in words (empty if it is what was asked for), and what is due then."""

    used: str
    reason: str
    due: Due


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch brought: series asked for, bars that changed, and the first fault, empty if none."""

    asked: int = 0
    bars: int = 0
    fault: str = ""


def fetch_first(expectation: Expectation, due: Due, sources: Sources) -> Mode:
    """Fetches what the strategy's mode asks for; where that fails the stored candles have to do.

    `live` asks for the bars of each instrument that lacks one, `hybrid` only where the newest is too old.
    `auto` is hybrid at an exchange, but leaves to those who poll what they asked for since the bar closed.
    """
    asked = due.compiled.checked.data.mode
    place = sources.place(due.stand.venue_id)
    if asked == "database":
        return Mode("database", "", due)
    if place.venue.kind != Venue.Kind.EXCHANGE:
        reason = "" if asked == "auto" else f"{asked} was asked for, but {place.venue} has nothing to fetch"
        return Mode("database", reason, due)
    fetched = _fetch(expectation, due, sources)
    if fetched.fault:
        return Mode("database", f"stored candles alone, since fetching failed: {fetched.fault}", due)
    if asked == "auto" and not fetched.asked:
        return Mode("database", "", due)
    used = "hybrid" if asked == "auto" else asked
    return Mode(used, "", _looked_at_again(due) if fetched.bars else due)


def _fetch(expectation: Expectation, due: Due, sources: Sources) -> Fetched:
    stand, data = due.stand, due.compiled.checked.data
    owed = sources.overdue(stand.venue_id, stand.instruments, due.newest, expectation)
    least = 1 if data.mode == "live" else data.fresh
    lacking = overdue_rows(owed, stand.instruments, least=least)
    if not lacking:
        return Fetched()
    before = sources.at - JUST_NOW
    if data.mode == "auto":
        before -= timedelta(milliseconds=expectation.length)
    return fetch(lacking, expectation.timeframe.name, not_since=before, at=sources.at)


def fetch(instruments: Sequence[int], timeframe: str, *, not_since: datetime, at: datetime) -> Fetched:
    """Asks for the newest bars of the watched ones among these that were not asked for since then."""
    wanted = Q(polled_at__isnull=True) | Q(polled_at__lt=not_since)
    watches = Watch.objects.filter(wanted, instrument__in=instruments, timeframe=timeframe, paused=False)
    ids = list(watches.order_by("polled_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    if not ids:
        return Fetched()
    # The clients of exchanges take seconds to load; most calls never need them.
    from heliograph.market.sources.exchange.poll import poll
    from heliograph.market.sources.exchange.skew import running_from
    from heliograph.market.sources.exchange.watched import load_watches

    bars = poll(load_watches(ids), now=running_from(at))
    feeds = Feed.objects.filter(watch__in=ids)
    if feeds.filter(answered_at__gte=at).exists():
        return Fetched(len(ids), bars)
    faults = feeds.exclude(error="").order_by("priority", "pk").values_list("error", flat=True)
    return Fetched(len(ids), bars, faults.first() or "no venue may be asked now")


def _looked_at_again(due: Due) -> Due:
    series = SeriesNow.read(due.version.timeframe)
    places = series.at(due.stand.instruments)
    return replace(due, newest=series.last[places], amendments=series.amendments[places])

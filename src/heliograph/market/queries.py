"""Questions about instruments and their candles, for pages and commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from heliograph.engine.timeframe import Timeframe
from heliograph.errors import NotFound
from heliograph.market import wire
from heliograph.market.calendars import ALWAYS, sessions
from heliograph.market.clock import replay_clock, venue_clock
from heliograph.market.models import Instrument, Replay, Series, Venue
from heliograph.market.symbols import normal_symbol


class NoSuchInstrument(NotFound):
    """There is no such instrument, or more than one."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """One series and how old its newest bar is: `age_ms` from the end of that bar by the venue's clock.

    `missing` bars of the calendar should have come since: 0 is fresh.
    """

    instrument: int
    venue: str
    symbol: str
    timeframe: str
    first: int
    newest: int
    bars: int
    age_ms: int
    missing: int


def find_instrument(symbol: str, *, venue: str | None = None) -> Instrument:
    """The instrument of that symbol, however written; NoSuchInstrument if no or several venues have it."""
    everywhere = Instrument.objects.select_related("venue").order_by("venue__name")
    known = everywhere.filter(venue__name=venue) if venue else everywhere
    found = list(known.filter(symbol=stored_symbol(symbol, venue=venue)))
    if len(found) > 1:
        venues = ", ".join(one.venue.name for one in found)
        raise NoSuchInstrument(f"{symbol} trades at several venues ({venues}); say which with --venue.")
    return found[0]


def stored_symbol(symbol: str, *, venue: str | None = None) -> str:
    """A symbol, however written, as it is stored; NoSuchInstrument if there is none."""
    known = Instrument.objects.filter(venue__name=venue) if venue else Instrument.objects.all()
    for spelling in (symbol, normal_symbol(symbol)):
        if known.filter(symbol=spelling).exists():
            return spelling
    near = get_close_matches(symbol.upper(), known.values_list("symbol", flat=True), n=1)
    place = f" at {venue}" if venue else ""
    hint = f"did you mean {near[0]}?" if near else "see `heliograph coverage` for those there are."
    raise NoSuchInstrument(f"There is no instrument {symbol}{place}; {hint}")


def freshness(*, at: datetime, venue: str | None = None) -> list[Freshness]:
    """Every stored series with the age of its newest bar, by venue, symbol and timeframe."""
    found = Series.objects.filter(bars__gt=0).select_related("instrument__venue")
    if venue is not None:
        found = found.filter(instrument__venue__name=venue)
    clocks: dict[int, int] = {}
    for one in Venue.objects.filter(pk__in=found.values("instrument__venue")):
        clocks[one.pk] = wire.to_ms(venue_clock(one, at=at))
    ordered = found.order_by("instrument__venue__name", "instrument__symbol", "timeframe")
    return [_freshness(series, now=clocks[series.instrument.venue_id]) for series in ordered]


def missing_since(series: Sequence[Series], *, at: datetime) -> dict[int, int | None]:
    """How many bars behind the newest of each series should be there by now; None for files, which owe none.

    The series were read with instrument and venue. One statement.
    """
    replays = {replay.venue_id: replay_clock(replay) for replay in Replay.objects.all()}
    found: dict[int, int | None] = {}
    for one in series:
        venue = one.instrument.venue
        if venue.kind == Venue.Kind.FILE:
            found[one.pk] = None
        else:
            now = wire.to_ms(replays.get(venue.pk, at))
            found[one.pk] = _freshness(one, now=now).missing
    return found


def _freshness(series: Series, *, now: int) -> Freshness:
    newest = wire.to_ms(series.last_open)
    end = Timeframe.parse(series.timeframe).end(newest)
    instrument = series.instrument
    return Freshness(
        instrument=instrument.pk,
        venue=instrument.venue.name,
        symbol=instrument.symbol,
        timeframe=series.timeframe,
        first=wire.to_ms(series.first_open),
        newest=newest,
        bars=series.bars,
        age_ms=max(now - end, 0),
        missing=_missing(series.timeframe, instrument.calendar or instrument.venue.calendar, newest, now),
    )


def _missing(timeframe: str, calendar: str, newest: int, now: int) -> int:
    """How many bars that open behind the newest one should be over by now."""
    frame = Timeframe.parse(timeframe)
    if calendar == ALWAYS:
        count, end = 0, frame.end(frame.end(newest))
        if frame.ms is not None:
            return max((now - newest) // frame.ms - 1, 0)
        while end <= now:
            count, end = count + 1, frame.end(end)
        return count
    slots = sessions(calendar, first=newest, last=now).slots(timeframe)
    # Rising, so that the last one whose end has come closes the count.
    behind = slots[(slots > newest) & (slots <= now)]
    over = [frame.end(int(slot)) <= now for slot in behind[-2:]]
    return len(behind) - over.count(False)

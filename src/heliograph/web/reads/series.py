"""Stored series for the pages of data, page by page."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, Q, QuerySet

from heliograph.engine.timeframe import TIMEFRAMES
from heliograph.market.models import Series, Venue

PLACE = ("instrument__venue__name", "instrument__symbol", "timeframe")


@dataclass(frozen=True, slots=True)
class SeriesFilter:
    """Which series; an empty text leaves a question open. `find` is a part of the symbol."""

    venue: str = ""
    timeframe: str = ""
    find: str = ""

    def rows(self) -> QuerySet[Series]:
        """The series with their instruments and venues."""
        asked = {
            "instrument__venue__name": self.venue,
            "timeframe": self.timeframe,
            "instrument__symbol__icontains": self.find,
        }
        named = {name: value for name, value in asked.items() if value}
        return Series.objects.filter(bars__gt=0, **named).select_related("instrument__venue")


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """`next` is the cursor of the page after it; empty on the last."""

    items: tuple[Series, ...]
    next: str


def series_page(filters: SeriesFilter, *, limit: int, after: str = "") -> SeriesPage:
    """Series by venue, symbol and timeframe. One statement."""
    rows = filters.rows().order_by(*PLACE)
    parts = after.split("|")
    if len(parts) == 3:
        venue, symbol, timeframe = PLACE
        rows = rows.filter(
            Q(**{f"{venue}__gt": parts[0]})
            | Q(**{venue: parts[0], f"{symbol}__gt": parts[1]})
            | Q(**{venue: parts[0], symbol: parts[1], f"{timeframe}__gt": parts[2]})
        )
    found = list(rows[: limit + 1])
    shown = found[:limit]
    following = ""
    if len(found) > limit:
        last = shown[-1]
        following = "|".join((last.instrument.venue.name, last.instrument.symbol, last.timeframe))
    return SeriesPage(tuple(shown), following)


def reach(filters: SeriesFilter) -> tuple[datetime | None, datetime | None]:
    """The first and the newest bar of all series that fit. One statement."""
    found = filters.rows().aggregate(first=Min("first_open"), last=Max("last_open"))
    return found["first"], found["last"]


def choices() -> tuple[list[str], list[str]]:
    """The venues with candles and the timeframes that are stored. Two statements."""
    stored = Series.objects.filter(bars__gt=0)
    venues = Venue.objects.filter(pk__in=stored.values("instrument__venue")).order_by("name")
    frames = set(stored.order_by().values_list("timeframe", flat=True).distinct())
    return list(venues.values_list("name", flat=True)), [one for one in TIMEFRAMES if one in frames]

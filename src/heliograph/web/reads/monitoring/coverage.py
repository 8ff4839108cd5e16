"""Which stored series lack bars in the newest days: those that lack most, as a map for monitoring."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, F, FilteredRelation, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from heliograph.kit.cache import cached
from heliograph.market.days import Day, SeriesDays, days_of
from heliograph.market.models import Series
from heliograph.web.heat import CELL, DAYS, MapRow, last_shown, months, strip
from heliograph.web.reads.series import PLACE, SeriesFilter, reach

# The bars of so many series are counted, and so many of them are shown.
COUNTED, SHOWN = 25, 10


@dataclass(frozen=True, slots=True)
class Line:
    """One series with its days, rising, and how many bars lack in them."""

    pk: int
    symbol: str
    timeframe: str
    venue: str
    last_open: datetime
    days: tuple[Day, ...]
    lacking: int


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """`lines`: of all `series` those that lack most, the worst first; of those that lack none the first."""

    counted_at: datetime
    first: date
    last: date
    series: int
    lines: tuple[Line, ...]


def coverage_context(*, at: datetime) -> dict[str, object]:
    """What the map is drawn from."""
    found = coverage_map(at=at)
    return {
        "map": found,
        "lacking": sum(one.lacking for one in found.lines),
        "rows": [_row(one, found.counted_at.date()) for one in found.lines],
        "months": list(months(found.first)),
        "width": DAYS * CELL,
        "is_past": found.last < found.counted_at.date(),
    }


def _row(one: Line, today: date) -> MapRow:
    drawn = strip(one.symbol, one.days, today=today)
    return MapRow(one.pk, one.symbol, one.timeframe, one.venue, one.last_open, drawn)


@cached(key="monitoring:coverage", ttl=300.0, stale=600.0)
def coverage_map(*, at: datetime) -> CoverageMap:
    """The days until today, or where all is old until the newest bar. Six statements."""
    _, newest = reach(SeriesFilter())
    last = last_shown(newest or at, today=at.date())
    first = last - timedelta(days=DAYS - 1)
    found = days_of(list(_candidates(first, last)[:COUNTED]), first=first, last=last, at=at)
    lines = sorted((_line(one) for one in found), key=lambda one: -one.lacking)
    return CoverageMap(at, first, last, SeriesFilter().rows().count(), tuple(lines[:SHOWN]))


def _candidates(first: date, last: date) -> QuerySet[Series]:
    """Those with bars in these days first; of them those that lack most by the quality that is kept."""
    of_days = FilteredRelation("quality_days", condition=Q(quality_days__day__range=(first, last)))
    lacks = Greatest(F("kept__expected") - F("kept__stored"), Value(0))
    is_old = Case(When(last_open__date__lt=first, then=1), default=0)
    rows = SeriesFilter().rows().annotate(kept=of_days)
    return rows.annotate(lacks=Coalesce(Sum(lacks), 0), is_old=is_old).order_by("is_old", "-lacks", *PLACE)


def _line(found: SeriesDays) -> Line:
    series, instrument = found.series, found.series.instrument
    lacking = sum(max(day.expected - day.stored, 0) for day in found.days)
    names = instrument.symbol, series.timeframe, instrument.venue.name
    return Line(series.pk, *names, series.last_open, found.days, lacking)

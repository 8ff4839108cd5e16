"""One series: a calendar of its days, its gaps, its quality, what was corrected in it."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heliograph.engine.timeframe import Timeframe
from heliograph.kit.clock import utc_now
from heliograph.market.coverage import coverage_of
from heliograph.market.days import Day, days_of, opens_between
from heliograph.market.models import Amendment, Candle, Series, Watch
from heliograph.market.quality import quality_of
from heliograph.market.revisions import revision_page
from heliograph.market.wire import to_datetime, to_ms
from heliograph.web.accounts.access import needs
from heliograph.web.covered import covered
from heliograph.web.heat import half_years
from heliograph.web.numbers import price_decimals
from heliograph.web.views.asked import day, whole_number

REVISIONS, AMENDMENTS = 20, 20
MOST_COUNTED = 500_000
MOST_NAMED = 100


@require_safe
@needs("viewer")
def series_page(request: HttpRequest, series_id: int) -> HttpResponse:
    """A year of one series; `day` looks into one of its days."""
    series = Series.objects.select_related("instrument__venue").filter(pk=series_id, bars__gt=0).first()
    if series is None:
        raise Http404(f"There is no series {series_id}.")
    at = utc_now()
    asked = day(request, "day")
    years = range(series.first_open.year, max(series.last_open.year, series.first_open.year) + 1)
    year = whole_number(request, "year") or (asked.year if asked else series.last_open.year)
    if year not in years:
        year = min(max(year, years[0]), years[-1])
    [found] = days_of([series], first=date(year, 1, 1), last=date(year, 12, 31), at=at)
    revised, more = revision_page(series=series, limit=REVISIONS)
    context = {
        "series": series,
        "instrument": series.instrument,
        "line": series,
        "year": year,
        "years": years,
        "halves": half_years(series.instrument.symbol, found.days, today=at.date()),
        "counted": _counted(found.days),
        "quality": quality_of([series], at=at)[0],
        "coverage": covered(coverage_of(series)) if series.bars <= MOST_COUNTED else None,
        "revisions": [(one, price_decimals([*one.before[:4], *(one.after or ())[:4]])) for one in revised],
        "more_revisions": more,
        "amendments": _amendments(series),
        "watch": Watch.objects.filter(instrument=series.instrument, timeframe=series.timeframe).first(),
    }
    if asked is not None and 1970 < asked.year < 2200:
        context |= _day(series, asked.date())
    return render(request, "web/pages/series.html", context)


def _counted(days: tuple[Day, ...]) -> dict[str, int]:
    kinds = [found.kind for found in days]
    return {kind: kinds.count(kind) for kind in ("complete", "partial", "none")}


def _amendments(series: Series) -> list[Amendment]:
    """The newest deliveries that touched its past."""
    rows = Amendment.objects.filter(instrument=series.instrument, timeframe=series.timeframe)
    return list(rows.select_related("batch").order_by("-number")[:AMENDMENTS])


def _day(series: Series, asked: date) -> dict[str, object]:
    """The bars of a day that are stored and those that lack."""
    start = to_datetime(0).replace(year=asked.year, month=asked.month, day=asked.day)
    frame = Timeframe.parse(series.timeframe)
    # A day that opens at midnight somewhere belongs to its date there.
    shift = timedelta(hours=12) if (frame.ms or 0) >= 86_400_000 or frame.ms is None else timedelta()
    rows = Candle.objects.filter(instrument=series.instrument, timeframe=series.timeframe)
    rows = rows.filter(open_time__gte=start - shift, open_time__lt=start + timedelta(days=1) - shift)
    stored = list(rows.order_by("open_time").values_list("open_time", flat=True))
    expected = opens_between(series, start=to_ms(start), end=to_ms(start) + 86_400_000)
    have = {to_ms(moment) for moment in stored}
    lacking = [] if shift and stored else [to_datetime(int(o)) for o in expected if int(o) not in have]
    return {
        "day": asked,
        "stored": len(stored),
        "expected": len(expected),
        "lacking": lacking[:MOST_NAMED],
        "lacking_more": max(len(lacking) - MOST_NAMED, 0),
    }

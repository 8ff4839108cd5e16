"""The pages of data: which bars are stored, which lack, how good they are, what was corrected."""

from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from heliograph.kit.clock import utc_now
from heliograph.market.days import SeriesDays, days_of
from heliograph.market.gap_list import gap_list
from heliograph.market.models import Watch
from heliograph.market.quality import quality_of
from heliograph.market.revisions import revision_page
from heliograph.market.sources.exchange.watched import look_again
from heliograph.market.wire import to_datetime
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.told import tell
from heliograph.web.heat import DAYS, MapRow, last_shown, months, strip
from heliograph.web.numbers import price_decimals
from heliograph.web.reads import series as reads
from heliograph.web.views.asked import day, text, whole_number
from heliograph.web.views.waking import wake

ROWS, REVISIONS, GAPS = 25, 50, 200
GAP_DAYS = 90
TABS = (
    ("data", "Coverage"),
    ("data-gaps", "Gaps"),
    ("data-quality", "Quality"),
    ("data-revisions", "Revisions"),
    ("data-imports", "Imports"),
    ("data-sources", "Venues and watches"),
    ("data-universe", "Universe"),
)


@require_safe
@needs("viewer")
def coverage_page(request: HttpRequest) -> HttpResponse:
    """The map of coverage: a row for each series, a column for each day."""
    filters, at = _filters(request), utc_now()
    page = reads.series_page(filters, limit=ROWS, after=request.GET.get("after", "")[:200])
    first_stored, newest = reads.reach(filters)
    until = _until(request, newest or at, today=at.date())
    first = until - timedelta(days=DAYS - 1)
    rows = [_row(found, at.date()) for found in days_of(page.items, first=first, last=until, at=at)]
    context = {
        **_context(request, "data", filters),
        "rows": rows,
        "until": until,
        "first": first,
        "months": list(months(first)),
        "width": DAYS * 18,
        "earlier": _query(filters, until=first - timedelta(days=1))
        if first_stored and first > first_stored.date()
        else "",
        "later": _query(filters, until=min(until + timedelta(days=DAYS), last_shown(newest, today=at.date())))
        if newest and until < newest.date()
        else "",
        "next": _query(filters, until=until, after=page.next) if page.next else "",
        "is_first": "after" not in request.GET,
        "at": at,
    }
    return render(request, "web/pages/data.html", context)


@require_safe
@needs("viewer")
def gaps_page(request: HttpRequest) -> HttpResponse:
    """True gaps, by series, with what is done about each."""
    filters, at = _filters(request), utc_now()
    page = reads.series_page(filters, limit=ROWS, after=request.GET.get("after", "")[:200])
    newest = max((one.last_open for one in page.items), default=at)
    since = day(request, "since") or newest - timedelta(days=GAP_DAYS)
    found = gap_list(page.items, first=since, last=newest)
    context = {
        **_context(request, "data-gaps", filters),
        "series": page.items,
        "gaps": [(one, to_datetime(one.gap.first), to_datetime(one.gap.last)) for one in found[:GAPS]],
        "left": max(len(found) - GAPS, 0),
        "without": len(page.items) - len({one.series.pk for one in found}),
        "since": since,
        "newest": newest,
        "next": _query(filters, since=since.date(), after=page.next) if page.next else "",
        "is_first": "after" not in request.GET,
    }
    return render(request, "web/pages/data_gaps.html", context)


@require_POST
@needs("operator")
def heal(request: HttpRequest) -> HttpResponse:
    """Have the gaps of a watched series asked for at once; then back."""
    number = request.POST.get("watch", "")
    watch = None
    if number.isascii() and number.isdecimal() and len(number) < 19:
        watch = Watch.objects.select_related("instrument__venue").filter(pk=int(number)).first()
    if watch is None:
        raise Http404("There is no such watched series.")
    with transaction.atomic():
        look_again(watch, at=utc_now())
        tell(request, "watch.heal", watch)
    wake("poll_due")
    return redirect("data-gaps")


@require_safe
@needs("viewer")
def quality_page(request: HttpRequest) -> HttpResponse:
    """One score for each series, its parts, and the worst of them first."""
    filters, at = _filters(request), utc_now()
    page = reads.series_page(filters, limit=ROWS, after=request.GET.get("after", "")[:200])
    lines = sorted(quality_of(page.items, at=at), key=lambda one: -1 if one.score is None else one.score)
    context = {
        **_context(request, "data-quality", filters),
        "lines": [(one, _state(one.score)) for one in lines],
        "next": _query(filters, after=page.next) if page.next else "",
        "is_first": "after" not in request.GET,
    }
    return render(request, "web/pages/data_quality.html", context)


@require_safe
@needs("viewer")
def revisions_page(request: HttpRequest) -> HttpResponse:
    """Corrected bars: what they said, what they say, when and by which delivery."""
    venue = text(request, "venue") or ""
    found, following = revision_page(venue=venue, limit=REVISIONS, before=whole_number(request, "before"))
    filters = reads.SeriesFilter(venue=venue)
    context = {
        **_context(request, "data-revisions", filters),
        "lines": [(one, price_decimals([*one.before[:4], *(one.after or ())[:4]])) for one in found],
        "next": _query(filters, before=following) if following else "",
        "is_first": "before" not in request.GET,
    }
    return render(request, "web/pages/data_revisions.html", context)


def tabs(chosen: str) -> list[tuple[str, str, bool]]:
    """The pages of data, and which one this is."""
    return [(name, title, name == chosen) for name, title in TABS]


def _filters(request: HttpRequest) -> reads.SeriesFilter:
    found = {name: text(request, name) or "" for name in ("venue", "timeframe", "find")}
    return reads.SeriesFilter(**found)


def _context(request: HttpRequest, tab: str, filters: reads.SeriesFilter) -> dict[str, object]:
    venues, frames = reads.choices()
    return {
        "tabs": tabs(tab),
        "filters": filters,
        "venues": venues,
        "frames": frames,
        "asked": any((filters.venue, filters.timeframe, filters.find)),
        "top": _query(filters),
    }


def _query(filters: reads.SeriesFilter, **more: object) -> str:
    asked = {"venue": filters.venue, "timeframe": filters.timeframe, "find": filters.find, **more}
    return f"?{urlencode({name: value for name, value in asked.items() if value})}"


def _row(found: SeriesDays, today: date) -> MapRow:
    series, instrument = found.series, found.series.instrument
    names = instrument.symbol, series.timeframe, instrument.venue.name
    return MapRow(series.pk, *names, series.last_open, strip(instrument.symbol, found.days, today=today))


def _until(request: HttpRequest, newest: datetime, *, today: date) -> date:
    """The last day shown: the one asked for, else today, or where all is old that of the newest bar."""
    asked = day(request, "until")
    # Far from any calendar there is nothing to show.
    if asked is not None and 1970 < asked.year < 2200:
        return asked.date()
    return last_shown(newest, today=today)


def _state(score: float | None) -> tuple[str, str]:
    """The glyph and the word of a score."""
    if score is None:
        return "unknown", "unknown"
    return ("good", "good") if score >= 80 else ("warning", "fair") if score >= 50 else ("bad", "poor")

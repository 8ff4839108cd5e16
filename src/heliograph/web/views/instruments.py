"""The instruments and how fresh their bars are, and the page of one instrument."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from heliograph.market.coverage import coverage_of
from heliograph.market.models import Instrument, Series
from heliograph.signals.items import SignalItem
from heliograph.signals.queries import SignalFilter, list_signals
from heliograph.web import chart
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden
from heliograph.web.covered import Covered, covered
from heliograph.web.numbers import price_decimals
from heliograph.web.reads import freshness
from heliograph.web.reads.candles import Bar, newest_bars
from heliograph.web.reads.marks import marks_of
from heliograph.web.rows import signal_rows
from heliograph.web.views.asked import moment, text

PAGE, BARS, SIGNALS = 50, 300, 20
MOST_COUNTED = 500_000


@require_safe
@needs("viewer")
def instruments_page(request: HttpRequest) -> HttpResponse:
    """Every series with its newest bar; `find` narrows by symbol, `after` is the cursor."""
    find = text(request, "find")
    lines = freshness.series_lines(limit=PAGE + 1, after=_after(request), find=find)
    shown = lines[:PAGE]
    following = ""
    if len(lines) > PAGE:
        last = shown[-1]
        after = "|".join((last.symbol, last.venue, last.timeframe))
        following = f"?{urlencode({'find': find or '', 'after': after})}"
    context = {
        "lines": [(line, price_decimals(line.closes)) for line in shown],
        "find": find or "",
        "next": following,
        "first": "after" not in request.GET,
    }
    return render(request, "web/pages/instruments.html", context)


@require_safe
@needs("viewer")
def instrument_page(request: HttpRequest, instrument_id: int) -> HttpResponse:
    """One instrument in one of its timeframes: chart, coverage, gaps, signals."""
    instrument = Instrument.objects.select_related("venue").filter(pk=instrument_id).first()
    if instrument is None:
        raise Http404(f"There is no instrument {instrument_id}.")
    lines = freshness.series_lines(limit=20, instrument_id=instrument_id)
    wanted = text(request, "timeframe")
    line = next((line for line in lines if line.timeframe == wanted), lines[0] if lines else None)
    if line is None or (wanted and line.timeframe != wanted):
        raise Http404(f"{instrument} has no bars of {wanted or 'any timeframe'}.")
    until = moment(request, "until")
    bars = newest_bars(instrument_id, line.timeframe, limit=BARS, until=until)
    page = list_signals(SignalFilter(instrument_id=instrument_id, hidden=hidden(request)), limit=SIGNALS)
    context = {
        "instrument": instrument,
        "line": line,
        "lines": lines,
        "until": until,
        "bars": bars,
        "decimals": chart.decimals_of(bars),
        "chart": _chart(instrument, line.timeframe, bars, page.items).plain(),
        "rows": signal_rows(page.items, marks_of(page.items)),
        "coverage": _coverage(instrument_id, line),
        "newest_bar": bars[-1] if bars else None,
        "older": bars[0].open_time if len(bars) == BARS and bars[0].open_time > line.first_open else None,
    }
    return render(request, "web/pages/instrument.html", context)


def _coverage(instrument_id: int, line: freshness.SeriesLine) -> Covered | None:
    """The gaps by the calendar; None for series too long to be counted while someone waits."""
    if line.bars > MOST_COUNTED:
        return None
    series = Series.objects.select_related("instrument__venue")
    return covered(coverage_of(series.get(instrument_id=instrument_id, timeframe=line.timeframe)))


def _after(request: HttpRequest) -> tuple[str, str, str] | None:
    parts = (text(request, "after") or "").split("|")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None


def _chart(
    instrument: Instrument, timeframe: str, bars: list[Bar], items: tuple[SignalItem, ...]
) -> chart.Chart:
    return chart.Chart(
        decimals=chart.decimals_of(bars),
        daily=timeframe in ("1d", "1w", "1M"),
        candles=chart.candle_rows(bars),
        gaps=chart.missing_opens(bars, timeframe, instrument.calendar or instrument.venue.calendar),
        markers=chart.signal_markers([item for item in items if item.timeframe == timeframe]),
    )

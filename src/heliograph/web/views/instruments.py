"""The instruments and how fresh their bars are, and the page of one instrument."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from heliograph.accounts.watchlist import add_to_watchlist, take_off_watchlist, watched_by
from heliograph.kit.clock import utc_now
from heliograph.market.coverage import coverage_of
from heliograph.market.models import Instrument, Series
from heliograph.signals.items import SignalItem
from heliograph.signals.queries import SignalFilter, list_signals
from heliograph.web import chart
from heliograph.web.accounts.access import needs
from heliograph.web.accounts.asker import hidden, person_of
from heliograph.web.accounts.told import tell
from heliograph.web.covered import Covered, covered
from heliograph.web.numbers import price_decimals
from heliograph.web.reads import freshness
from heliograph.web.reads.candles import Bar, newest_bars
from heliograph.web.reads.expressions import Drawn, draw_expressions
from heliograph.web.reads.lines import MOST_BEFORE
from heliograph.web.reads.marks import marks_of
from heliograph.web.rows import signal_rows
from heliograph.web.views.asked import moment, text

PAGE, BARS, SIGNALS = 50, 300, 20
MOST_COUNTED = 500_000


@needs("viewer")
@require_safe
def instruments_page(request: HttpRequest) -> HttpResponse:
    """Every series with its newest bar; `find` narrows by symbol, `after` is the cursor, `list=watched` shows
    the watch-list alone."""
    find, watched = text(request, "find"), watched_by(person_of(request))
    only = watched if request.GET.get("list") == "watched" else None
    lines = freshness.series_lines(limit=PAGE + 1, after=_after(request), find=find, instruments=only)
    shown = lines[:PAGE]
    following = ""
    if len(lines) > PAGE:
        last = shown[-1]
        after = "|".join((last.symbol, last.venue, last.timeframe))
        asked = {"list": "watched"} if only is not None else {}
        following = f"?{urlencode({**asked, 'find': find or '', 'after': after})}"
    context = {
        "lines": [(line, price_decimals(line.closes)) for line in shown],
        "find": find or "",
        "watched": watched,
        "only_watched": only is not None,
        "next": following,
        "first": "after" not in request.GET,
    }
    return render(request, "web/pages/instruments.html", context)


@needs("viewer")
@require_safe
@vary_on_headers("HX-Request")
def instrument_page(request: HttpRequest, instrument_id: int) -> HttpResponse:
    """One instrument in one of its timeframes: chart, coverage, gaps, signals; each `plot` is drawn.

    For htmx the chart alone; 204 where `newest` says that there is no newer bar.
    """
    instrument = Instrument.objects.select_related("venue").filter(pk=instrument_id).first()
    if instrument is None:
        raise Http404(f"There is no instrument {instrument_id}.")
    lines = freshness.series_lines(limit=20, instruments=[instrument_id])
    wanted = text(request, "timeframe")
    line = next((line for line in lines if line.timeframe == wanted), lines[0] if lines else None)
    if line is None or (wanted and line.timeframe != wanted):
        raise Http404(f"{instrument} has no bars of {wanted or 'any timeframe'}.")
    is_part = bool(request.headers.get("HX-Request"))
    if is_part and request.GET.get("newest") == str(chart.seconds(line.last_open)):
        return HttpResponse(status=204)
    page = list_signals(SignalFilter(instrument_id=instrument_id, hidden=hidden(request)), limit=SIGNALS)
    context = _charted(request, instrument, line, page.items)
    if is_part:
        return render(request, "web/parts/plot_chart.html", context)
    context |= {
        "lines": lines,
        "is_watched": instrument_id in watched_by(person_of(request)),
        "rows": signal_rows(page.items, marks_of(page.items)),
        "coverage": _coverage(instrument_id, line),
    }
    return render(request, "web/pages/instrument.html", context)


@require_POST
@needs("viewer")
def watchlist_act(request: HttpRequest, instrument_id: int) -> HttpResponse:
    """Put the instrument on the watch-list, or with `act=off` take it off; then back to its page."""
    instrument = Instrument.objects.filter(pk=instrument_id).first()
    if instrument is None:
        raise Http404(f"There is no instrument {instrument_id}.")
    person, is_off = person_of(request), request.POST.get("act") == "off"
    with transaction.atomic():
        if is_off:
            take_off_watchlist(person, instrument_id)
        else:
            add_to_watchlist(person, instrument_id, at=utc_now())
        tell(request, "watchlist.remove" if is_off else "watchlist.add", str(instrument))
    return redirect("instrument", instrument_id)


def _charted(
    request: HttpRequest, instrument: Instrument, line: freshness.SeriesLine, items: tuple[SignalItem, ...]
) -> dict[str, object]:
    """The newest bars, or those before `until`, with what is drawn over them."""
    until, texts = moment(request, "until"), request.GET.getlist("plot")
    wanted = BARS + (MOST_BEFORE if any(texts) else 0)
    all_bars = newest_bars(instrument.pk, line.timeframe, limit=wanted, until=until)
    bars = all_bars[-BARS:]
    drawn = draw_expressions(texts, all_bars, shown=len(bars), timeframe=line.timeframe)
    made = _chart(instrument, line.timeframe, bars, items, drawn)
    more = len(bars) == BARS and bars[0].open_time > line.first_open
    return {
        "instrument": instrument,
        "line": line,
        "until": until,
        "bars": bars,
        "decimals": made.decimals,
        "chart": made.plain(),
        "drawn": drawn,
        "plots": [(one, _without(request, one)) for one in drawn.texts],
        "newest": chart.seconds(line.last_open),
        "same": _query(request, line.timeframe, drawn.texts),
        "newest_bar": bars[-1] if bars else None,
        "older": bars[0].open_time if more else None,
    }


def _without(request: HttpRequest, plotted: str) -> str:
    """The address of the page without one of its expressions."""
    texts = [one for one in request.GET.getlist("plot") if one.strip() != plotted]
    return "?" + _query(request, text(request, "timeframe") or "", texts)


def _query(request: HttpRequest, timeframe: str, texts: Sequence[str]) -> str:
    asked = {"timeframe": timeframe, "until": request.GET.get("until", ""), "plot": list(texts)}
    return urlencode({name: value for name, value in asked.items() if value}, doseq=True)


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
    instrument: Instrument, timeframe: str, bars: list[Bar], items: tuple[SignalItem, ...], drawn: Drawn
) -> chart.Chart:
    return chart.Chart(
        decimals=chart.decimals_of(bars),
        daily=timeframe in ("1d", "1w", "1M"),
        candles=chart.candle_rows(bars),
        gaps=chart.missing_opens(bars, timeframe, instrument.calendar or instrument.venue.calendar),
        markers=chart.signal_markers([item for item in items if item.timeframe == timeframe]),
        lines=drawn.lines,
    )
